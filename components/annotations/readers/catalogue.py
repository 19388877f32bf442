"""All annotation formats, by their names in `data.format`."""

from collections.abc import Mapping

from components.annotations.readers.activitynet import ACTIVITYNET
from components.annotations.readers.ava import AVA
from components.annotations.readers.boris import BORIS
from components.annotations.readers.charades import CHARADES
from components.annotations.readers.coco_video import COCO_VIDEO
from components.annotations.readers.coin import COIN
from components.annotations.readers.cvat_images import CVAT_IMAGES
from components.annotations.readers.cvat_video import CVAT_VIDEO
from components.annotations.readers.diving48 import DIVING48
from components.annotations.readers.elan import ELAN
from components.annotations.readers.elan_tab import ELAN_TAB
from components.annotations.readers.epic_kitchens import EPIC_KITCHENS
from components.annotations.readers.fiftyone import FIFTYONE
from components.annotations.readers.folders import FOLDERS
from components.annotations.readers.hmdb51 import HMDB51
from components.annotations.readers.jester import JESTER
from components.annotations.readers.kinetics import KINETICS
from components.annotations.readers.label_studio import LABEL_STUDIO
from components.annotations.readers.lists import LISTS
from components.annotations.readers.moments import MOMENTS
from components.annotations.readers.mot import MOT
from components.annotations.readers.ntu_rgbd import NTU_RGBD
from components.annotations.readers.reader import Reader
from components.annotations.readers.smarthome import SMARTHOME
from components.annotations.readers.something_something import SOMETHING_SOMETHING
from components.annotations.readers.table import CSV, JSONL
from components.annotations.readers.thumos14 import THUMOS14
from components.annotations.readers.twelve_labs import TWELVE_LABS
from components.annotations.readers.ucf101 import UCF101
from components.annotations.readers.vertex_csv import VERTEX_CSV
from components.annotations.readers.vertex_jsonl import VERTEX_JSONL
from components.annotations.readers.via import VIA

# In the order of detection: formats that have marks of their own come before formats whose marks others have too.
READERS: Mapping[str, Reader] = {
    "ucf101": UCF101,
    "hmdb51": HMDB51,
    "thumos14": THUMOS14,
    "cvat_images": CVAT_IMAGES,
    "cvat_video": CVAT_VIDEO,
    "elan": ELAN,
    "boris": BORIS,
    "mot": MOT,
    "elan_tab": ELAN_TAB,
    "ntu_rgbd": NTU_RGBD,
    "smarthome": SMARTHOME,
    "folders": FOLDERS,
    "fiftyone": FIFTYONE,
    "via": VIA,
    "coco_video": COCO_VIDEO,
    "label_studio": LABEL_STUDIO,
    "coin": COIN,
    "activitynet": ACTIVITYNET,
    "something_something": SOMETHING_SOMETHING,
    "diving48": DIVING48,
    "vertex_jsonl": VERTEX_JSONL,
    "kinetics": KINETICS,
    "charades": CHARADES,
    "epic_kitchens": EPIC_KITCHENS,
    "vertex_csv": VERTEX_CSV,
    "twelve_labs": TWELVE_LABS,
    "ava": AVA,
    "jester": JESTER,
    "moments": MOMENTS,
    "lists": LISTS,
    "jsonl": JSONL,
    "csv": CSV,
}
