"""The main job, start to end, on the configured stores, with a proof for each step."""
