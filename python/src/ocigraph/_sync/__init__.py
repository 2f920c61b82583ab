# Written by tools/bindgen from the source of the core. Edit that source, then run `make bindgen`.
"""The client for threads."""
