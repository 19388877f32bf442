"""Networks as files for small devices: TensorFlow Lite and ONNX, made of the weights that an export keeps."""
