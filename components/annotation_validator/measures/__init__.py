"""What can be measured on a video's pixels. Pure: arrays in, numbers out."""
