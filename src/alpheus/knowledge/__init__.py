"""What is known of campaigns, builds and pages: data files and their readers."""
