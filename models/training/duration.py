"""How long a training takes, in numbers and in words."""

from foundation.messages.wording import counted, duration

# In evaluation there are no gradients, which take twice as long as the answers.
_EVALUATION_SHARE = 1 / 3
_LONG_SECONDS = 3600.0


def learning_equivalent(num_train: float, num_eval: float, num_epochs: int) -> float:
    """What epochs of so many clips, or steps, cost: in clips, or steps, that are learned from."""
    return num_epochs * (num_train + num_eval * _EVALUATION_SHARE)


def said_of_duration(name: str, num_epochs: int, seconds: float) -> list[str]:
    """How long a training takes at most, since it may stop early, and if that is long what to do about it."""
    said = [f"{name}, {counted(num_epochs, 'epoch')}: about {duration(seconds)} on this machine"]
    if seconds > _LONG_SECONDS:
        said.append(
            "that is long; a smaller model.preset, fewer or smaller frames (model.num_frames, model.height, model.width) and "
            "fewer training.epochs take less time, and so does a GPU"
        )
    return said
