"""A small, valid input of each format: whatever is known of all readers is tested on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.annotations.config import DataConfig


@dataclass(frozen=True)
class FormatSample:
    """What a data set of the format consists of.

    Attributes:
      files: content by file name; the first is the annotations, unless the format reads a folder.
      num_segments: how many records it gives; all are segments.
      label_map: the file among `files` that names the classes.
    """

    files: Mapping[str, bytes]
    num_segments: int
    is_folder: bool = False
    label_map: str | None = None

    def write(self, folder: Path) -> None:
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def config(self, folder: Path, **options: Any) -> DataConfig:
        path = folder if self.is_folder else folder / next(iter(self.files))
        label_map = str(folder / self.label_map) if self.label_map else None
        return DataConfig(annotations=str(path), videos=str(folder), label_map=label_map, **options)


TABLE = (
    b"path,start_seconds,end_seconds,label,group,split,boxes\n"
    b'a.mp4,0.5,2.5,wave,ann,train,"[[0.5, 0, 0, 1, 1], [1, 0, 0, 0.5, 0.5]]"\n'
    b'd/b.mp4,,,"sit ""down""",bob,val,\n'
    b'"c.mp4",1e1,20,stand,,,"[]"\n'
)
LINES = (
    b'{"path": "a.mp4", "label": "wave", "start_seconds": 0.5, "end_seconds": 2, "boxes": [[1, 0, 0, 1, 1]]}\n'
    b'{"path": "b.mp4", "label": "caf\\u00e9", "group": null, "split": "test"}\n'
)
LIST = b"Sit/v_Sit_g08_c01.avi 1\nStand/v_Stand_g09_c02.avi 2\n"

HMDB51 = b"April_09_brush_hair_u_nm_np1_ba_goo_0.avi 1 \n#20_Film_brush_hair_f_cm_np2_fr_med_3.avi 2 \n"
KINETICS = (
    b"label,youtube_id,time_start,time_end,split,is_cc\n"
    b"abseiling,0wR5jVB-WPk,417,427,val,0\n"
    b'"answering, questions",--3caPS4FHFF8,36,46,train,1\n'
)
ACTIVITYNET = b"""{"version": "VERSION 1.3", "taxonomy": [], "database": {
  "sJBCXKJyy0A": {"duration": 124.2, "subset": "training", "resolution": "1280x720", "annotations": [
    {"segment": [0.5, 12.25], "label": "Surfing"}, {"segment": [20, 100], "label": "Cleaning shoes"}]},
  "v_v_2345678901": {"duration_second": 9.5, "fps": 30.0, "annotations": []}}}
"""
AVA = (
    b"-5KQ66BBWC4,0902,0.077,0.151,0.283,0.811,80,1\n"
    b"-5KQ66BBWC4,0902,0.077,0.151,0.283,0.811,9,1\n"
    b"-5KQ66BBWC4,0903,0.080,0.160,0.290,0.820,9,1\n"
)
AVA_NAMES = b'item {\n  name: "stand"\n  id: 9\n}\nlabel {\n  name: "listen"\n  label_id: 80\n}\n'
SOMETHING = b"""[
{"id": "78687", "label": "holding potato", "template": "Holding [something]", "placeholders": ["potato"]},
{"id": 42326, "label": "", "template": "Putting [something] onto [something]"}
]"""
DIVING48 = b'[{"vid_name": "YxL7WJUn1ks_00107", "label": 1, "start_frame": 0, "end_frame": 65}]'
DIVING48_NAMES = b'[["Back", "15som", "FREE"], ["Forward", "PIKE"]]'
EPIC_KITCHENS = (
    b"narration_id,participant_id,video_id,narration_timestamp,start_timestamp,stop_timestamp,start_frame,stop_frame,"
    b"narration,verb,verb_class,noun,noun_class,all_nouns,all_noun_classes\n"
    b"P01_11_0,P01,P01_11,00:00:00.560,00:00:00.00,00:00:01.89,1,113,take plate,take,0,plate,2,['plate'],[2]\n"
    b"P02_1_1,P02,P02_1,00:00:01.7,01:00:01.56,01:10:02,93,147,put down plate,put-down,1,plate,2,\"['a', 'b']\",\"[2, 3]\"\n"
)
VERTEX_ROWS = (
    b"gs://folder/video1.avi,car,120,180.000021\n"
    b'"gs://folder/vid,2.avi",,0,inf\n'
    b"gs://folder/vid3.avi,0,60,swing,12.5\n"
    b"gs://folder/vid4.avi,car,1,12.1,0.8,0.8,0.9,0.8,0.9,0.9,0.8,0.9\n"
)
VERTEX_LINES = (
    b'{"videoGcsUri": "gs://demo/video1.mp4", "timeSegmentAnnotations": [{"displayName": "cartwheel", "startTime": "1.0s", '
    b'"endTime": "12.0s"}], "dataItemResourceLabels": {"aiplatform.googleapis.com/ml_use": "training"}}\n'
    b'{"videoGcsUri": "gs://demo/2.mp4", "timeSegments": [{"startTime": "0s", "endTime": "9s"}]}\n'
    b'{"videoGcsUri": "gs://demo/3.mp4", "temporal_bounding_box_annotations": [{"displayName": "horse", "instance_id": "-1", '
    b'"time_offset": "4.000000s", "xMin": "0.668912", "yMin": "0.560642", "xMax": "1.000000", "yMax": "1.000000"}]}\n'
)
TWELVE_LABS = (
    b'https://example.com/a%20b.mp4?sig=1,0,10.5,person waves\nhttps://example.com/c.mp4,12,20,"a man, running"\n'
)

CVAT_META = b"""<?xml version="1.0" encoding="utf-8"?>
<annotations>
  <version>1.1</version>
  <meta>
    <task>
      <id>5</id>
      <name>street</name>
      <mode>interpolation</mode>
      <labels><label><name>person</name></label></labels>
      <original_size><width>64</width><height>48</height></original_size>
      <source>street.mp4</source>
    </task>
  </meta>
"""
CVAT_VIDEO = (
    CVAT_META
    + b"""  <track id="0" label="person" source="manual">
    <box frame="3" outside="0" occluded="0" keyframe="1" xtl="1.5" ytl="2" xbr="10" ybr="20.25" z_order="0"></box>
    <box frame="4" outside="0" occluded="0" keyframe="0" xtl="2" ytl="2" xbr="11" ybr="20" z_order="0"></box>
    <box frame="5" outside="1" occluded="0" keyframe="1" xtl="2" ytl="2" xbr="11" ybr="20" z_order="0"></box>
  </track>
  <track id="1" label="person" source="manual">
    <mask frame="7" outside="0" occluded="0" keyframe="1" rle="1, 4, 1" left="3" top="4" width="2" height="3"></mask>
  </track>
</annotations>
"""
)
CVAT_IMAGES = (
    CVAT_META
    + b"""  <image id="0" name="frame_000000" width="64" height="48">
    <tag label="walk" source="manual"></tag>
    <box label="person" source="manual" occluded="0" xtl="1" ytl="2" xbr="10" ybr="20" z_order="0">
      <attribute name="track_id">4</attribute>
    </box>
  </image>
  <image id="1" name="frame_000001" width="64" height="48">
    <tag label="walk" source="manual"></tag>
    <polygon label="person" source="manual" occluded="0" points="1,2;3,4;6,5" z_order="0"></polygon>
  </image>
</annotations>
"""
)
LABEL_STUDIO = b"""[{"id": 1, "annotations": [{"id": 7, "was_cancelled": false, "result": [
  {"id": "a", "from_name": "actions", "type": "timelinelabels",
   "value": {"ranges": [{"start": 1, "end": 48}], "timelinelabels": ["walk"]}},
  {"id": "b", "from_name": "box", "type": "videorectangle",
   "value": {"framesCount": 100, "duration": 4, "labels": ["person"], "sequence": [
     {"frame": 3, "enabled": true, "rotation": 0, "x": 10, "y": 20, "width": 30, "height": 40, "time": 0.12},
     {"frame": 9, "enabled": false, "rotation": 0, "x": 12, "y": 20, "width": 30, "height": 40, "time": 0.36}]}}]}],
  "data": {"video": "/data/upload/1/0a1b2c3d-street.mp4", "group": "ann"}},
 {"id": 2, "annotations": [{"id": 8, "was_cancelled": false, "result": []}], "data": {"video": "s3://bucket/empty.mp4"}}]
"""
VIA = b"""{"project": {"pid": "__VIA_PROJECT_ID__", "pname": "street", "vid_list": ["1"]}, "config": {},
"attribute": {"1": {"aname": "activity", "anchor_id": "FILE1_Z2_XY0", "type": 4, "options": {"1": "walk", "2": "run"}}},
"file": {"1": {"fid": "1", "fname": "street.mp4", "type": 4, "loc": 1, "src": ""}},
"metadata": {"1_a": {"vid": "1", "flg": 0, "z": [1.5, 4.25], "xy": [], "av": {"1": "1"}},
"1_b": {"vid": "1", "flg": 0, "z": [5, 6], "xy": [], "av": {"1": "2"}}},
"view": {"1": {"fid_list": ["1"]}}}
"""
COCO_VIDEO = b"""{"info": {}, "videos": [{"id": 0, "name": "train/street", "width": 64, "height": 48, "neg_category_ids": []}],
"images": [{"id": 10, "video_id": 0, "frame_index": 0, "width": 64, "height": 48, "file_name": "train/street/frame0001.jpg"},
{"id": 11, "video_id": 0, "frame_index": 30, "width": 64, "height": 48, "file_name": "train/street/frame0031.jpg"}],
"tracks": [{"id": 3, "category_id": 1, "video_id": 0}, {"id": 4, "category_id": 1, "video_id": 0}],
"annotations": [{"id": 1, "image_id": 10, "track_id": 3, "category_id": 1, "bbox": [1, 2, 10, 20], "area": 200},
{"id": 2, "image_id": 11, "track_id": 3, "category_id": 1, "bbox": [2, 2, 10, 20], "area": 200},
{"id": 3, "image_id": 11, "track_id": 4, "category_id": 1, "segmentation": [[1, 1, 9, 1, 9, 9, 1, 9]]},
{"id": 4, "image_id": 10, "track_id": 4, "category_id": 1, "bbox": [1, 1, 2, 2],
 "segmentation": {"size": [3, 4], "counts": "723"}}],
"categories": [{"id": 1, "name": "person", "synset": "person.n.01"}]}
"""
MOT = b"1,1,10,20,30.5,40,1,1,0.9\n2,1,11,20,30,40,1,1,1\n2,2,-5,1,20,30,1,3,0.5\n"
ELAN = b"""<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2014-10-28T10:14:04+01:00" FORMAT="3.0" VERSION="3.0">
  <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
    <MEDIA_DESCRIPTOR MEDIA_URL="file:///D:/data/street.mp4" MIME_TYPE="video/mp4" RELATIVE_MEDIA_URL="./street.mp4"/>
  </HEADER>
  <TIME_ORDER>
    <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1500"/>
    <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="4250"/>
  </TIME_ORDER>
  <TIER LINGUISTIC_TYPE_REF="default-lt" PARTICIPANT="ann" TIER_ID="action">
    <ANNOTATION>
      <ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
        <ANNOTATION_VALUE>walk</ANNOTATION_VALUE>
      </ALIGNABLE_ANNOTATION>
    </ANNOTATION>
  </TIER>
</ANNOTATION_DOCUMENT>
"""

BORIS = (
    b"Observation id,Source,Time offset (s),Subject,Behavior,Modifier #1,Behavior type,Time,Media file name\n"
    b"obs1,player #1:c00.mp4,0.0,ann,walk,,START,0.500,c00.mp4\n"
    b"obs1,player #1:c00.mp4,0.0,bob,walk,fast,START,0.750,c00.mp4\n"
    b"obs1,player #1:c00.mp4,0.0,ann,walk,,STOP,2.000,c00.mp4\n"
    b"obs1,player #1:c00.mp4,0.0,bob,walk,fast,STOP,3.000,c00.mp4\n"
)
BORIS_PROJECT = b"""{"time_format": "s", "project_date": "2024-01-01", "project_format_version": "7.0",
"behaviors_conf": {"0": {"type": "State event", "code": "walk", "modifiers": {}}},
"observations": {"obs1": {"file": {"1": ["/d/a.mp4", "/d/b.mp4"], "2": []}, "type": "MEDIA", "time offset": 0.0,
 "media_info": {"length": {"/d/a.mp4": 4.0, "/d/b.mp4": 4.0}},
 "events": [[0.5, "ann", "walk", "", "", 12], [2.0, "ann", "walk", "", "", 50], [5, "", "walk", "", ""],
 [6, "", "walk", "", ""]]}}}
"""

CHARADES = (
    b"id,subject,scene,quality,relevance,verified,script,objects,descriptions,actions,length\n"
    b'46GP8,HR43,Kitchen,6,7,Yes,"A person cooks, then sits.",dish,"x",c092 11.90 21.20;c147 0.00 12.60,24.83\n'
)
COIN = b"""{"database": {"c00": {"recipe_type": 13, "subset": "training", "start": 0.5, "end": 3.5, "class": "MakeTea",
"annotation": [{"id": "12", "segment": [0.5, 2.0], "label": "pour"}], "duration": 4.0, "video_url": "u"}}}
"""
FIFTYONE = b"""{"classes": ["wave", "clap"], "labels": {
"c00": [{"label": 0, "timestamps": [0.5, 2.0]}], "d/c01": [{"label": 1, "support": [12, 50], "confidence": 0.5}]}}
"""
ELAN_TAB = (
    b'"#file:///D:/data/street.mp4 -- offset: 0"\n'
    b"action\tann\t00:00:00.500\t0.5\t00:00:02.000\t2.0\t00:00:01.500\t1.5\twalk\n"
    b'action\t\t00:01:00.000\t60.0\t01:00:02.250\t3602.25\t00:59:02.250\t3542.25\tsay "no"\n'
)

SAMPLES = {
    "boris": FormatSample({"project.boris": BORIS_PROJECT}, num_segments=2),
    "coco_video": FormatSample({"train.json": COCO_VIDEO}, num_segments=2),
    "cvat_images": FormatSample({"annotations.xml": CVAT_IMAGES}, num_segments=3),
    "cvat_video": FormatSample({"annotations.xml": CVAT_VIDEO}, num_segments=2),
    "elan": FormatSample({"street.eaf": ELAN}, num_segments=1),
    "label_studio": FormatSample({"project.json": LABEL_STUDIO}, num_segments=3),
    "mot": FormatSample(
        {
            "gt.txt": MOT,
            "seqinfo.ini": b"[Sequence]\nname=street\nframeRate=10\n",
            "labels.txt": b"person\nbike\ncar\n",
        },
        num_segments=2,
    ),
    "via": FormatSample({"project.json": VIA}, num_segments=2),
    "activitynet": FormatSample({"activity_net.v1-3.min.json": ACTIVITYNET}, num_segments=3),
    "ava": FormatSample(
        {
            "ava_train_v2.2.csv": AVA,
            "ava_action_list_v2.2.pbtxt": AVA_NAMES,
            "ava_train_excluded_timestamps_v2.2.csv": b"-5KQ66BBWC4,0904\n",
        },
        num_segments=3,
        label_map="ava_action_list_v2.2.pbtxt",
    ),
    "charades": FormatSample(
        {"Charades_v1_train.csv": CHARADES, "classes.txt": b"c092 Watching a laptop\nc147 Eating\n"},
        num_segments=2,
        label_map="classes.txt",
    ),
    "coin": FormatSample({"COIN.json": COIN}, num_segments=1),
    "csv": FormatSample({"labels.csv": TABLE}, num_segments=3),
    "diving48": FormatSample(
        {"Diving48_V2_train.json": DIVING48, "vocab.json": DIVING48_NAMES}, num_segments=1, label_map="vocab.json"
    ),
    "elan_tab": FormatSample({"export.txt": ELAN_TAB}, num_segments=2),
    "epic_kitchens": FormatSample(
        {"EPIC_100_train.csv": EPIC_KITCHENS, "verbs.csv": b"id,key,instances\n0,take,\"['a', 'b']\"\n1,put,[]\n"},
        num_segments=2,
        label_map="verbs.csv",
    ),
    "fiftyone": FormatSample({"labels.json": FIFTYONE}, num_segments=2),
    "folders": FormatSample({"sit/a.mp4": b"", "wave/ann/b.mp4": b""}, num_segments=2, is_folder=True),
    "hmdb51": FormatSample({"brush_hair_test_split1.txt": HMDB51}, num_segments=2, is_folder=True),
    "jester": FormatSample(
        {
            "jester-v1-train.csv": b"34870;Drumming Fingers\n56557;No gesture\n",
            "labels.csv": b"No gesture\nDrumming Fingers\n",
        },
        num_segments=2,
        label_map="labels.csv",
    ),
    "jsonl": FormatSample({"labels.jsonl": LINES}, num_segments=2),
    "kinetics": FormatSample({"kinetics-400_val.csv": KINETICS}, num_segments=2),
    "lists": FormatSample(
        {"val.txt": b"some/path/000.mp4 0 1\nsome/my clip.mp4 1\n", "classInd.txt": b"0 sit\n1 Stand up\n"},
        num_segments=3,
        label_map="classInd.txt",
    ),
    "moments": FormatSample(
        {"trainingSet.csv": b"clapping/yt-k8hNbNMyzHo_41.mp4,clapping,4,1\nbarking+loud/a.mp4,barking+loud,3,0\n"},
        num_segments=2,
    ),
    "ntu_rgbd": FormatSample(
        {"s001/S001C001P001R001A001_rgb.avi": b"", "s001/S001C001P003R001A002_rgb.avi": b""},
        num_segments=2,
        is_folder=True,
    ),
    "smarthome": FormatSample({"Cook.Cleandishes_p02_r00_v02_c03.mp4": b""}, num_segments=1, is_folder=True),
    "something_something": FormatSample({"something-something-v2-train.json": SOMETHING}, num_segments=2),
    "thumos14": FormatSample(
        {
            "BaseballPitch_val.txt": b"video_validation_0000266  72.8 76.4\nvideo_validation_0000266 80 81.5\n",
            "Diving_test.txt": b"video_test_0000006  1.0 2.0\n",
        },
        num_segments=3,
        is_folder=True,
    ),
    "twelve_labs": FormatSample({"train.csv": TWELVE_LABS}, num_segments=2),
    "ucf101": FormatSample({"trainlist01.txt": LIST, "testlist01.txt": LIST}, num_segments=4),
    "vertex_csv": FormatSample(
        {"all.csv": b"TRAIN,gs://folder/train.csv\nunassigned,gs://f/v.mp4,swim,1,2\n", "train.csv": VERTEX_ROWS},
        num_segments=5,
    ),
    "vertex_jsonl": FormatSample({"data.jsonl": VERTEX_LINES}, num_segments=3),
}
