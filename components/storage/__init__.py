"""Where videos and annotations lie: folders of this machine, or any file system that Beam reads."""
