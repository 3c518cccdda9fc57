"""The planning service: decides what goes, what blocks and how ready it is; owns every export's state."""
