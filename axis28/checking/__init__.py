"""What `axis28 check` does with packages: gathers files, examines them beside each other, reports in four formats."""
