"""The files of a model card, and the key in it that lists the files of the version. Known apart from what a card says."""

MODEL_CARD_JSON, MODEL_CARD_MARKDOWN = "assets.extra/model_card.json", "assets.extra/model_card.md"
# The key of the list of files.
FILES = "files"
