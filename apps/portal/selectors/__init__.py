"""What the portal's pages read."""
