"""Networks behind one interface: frames in, class logits out.

`catalogue.py` has an entry for each network, `build.py` is the interface. The file of a network names its paper, and has the
sizes of its presets (`PRESETS`) and a function with the network's name:

    (clips, preset: one of PRESETS, regularization) -> features, or of a tracker features and boxes

Clips are normalised, float32 [batch, num_frames, height, width, channels]: 3 channels, or 1 of differences. Features are
[batch, width], boxes [batch, num_frames, 4]. Names of layers begin with `stem`, `stage0`, `stage1`, ... from the input to
the output, then `head`; the last layer is `logits`.
"""
