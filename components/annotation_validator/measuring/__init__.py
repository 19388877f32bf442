"""From videos to numbers: what headers say, what moves, what is a copy, and what a trained network sees. It loads OpenCV."""
