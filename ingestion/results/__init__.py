"""The results of an upload: errors, rows with errors, e-mails, the timeline."""
