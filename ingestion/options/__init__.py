"""The options of an upload, checked for its company: what pages, API and command take."""
