"""What `axis28 new` does: from flags or a JSON file to a complete package."""
