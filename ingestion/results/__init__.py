"""What is told of an upload when it has ended: errors, rows with errors, e-mails, the timeline."""
