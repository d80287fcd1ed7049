"""One module per kind of log or artefact: each writes its format, and knows nothing of stories."""
