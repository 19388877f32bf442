"""Places of videos and annotations: folders of this machine, and all file systems that Beam can read."""
