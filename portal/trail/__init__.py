"""The audit trail: all events, sealed into chains that show what was changed behind the portal's back."""
