"""What is shipped, as figures and text: the invoice, its tables and views, and how they are written. Pure."""
