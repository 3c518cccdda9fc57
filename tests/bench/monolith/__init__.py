"""What a user would build instead, to compare with: FastAPI, SQLAlchemy and SMTP in one application."""
