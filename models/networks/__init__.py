"""Networks behind one interface: frames in, class logits out.

`build.py` is the interface. Each network has a file of its own, with its paper and its presets, and is a function from
normalised clips, float32 [batch, time, height, width, 3], to features [batch, width]. Names of layers begin with `stem`,
`stage0`, `stage1`, ... from the input to the output, then `head`, and end with the layer `logits`.
"""
