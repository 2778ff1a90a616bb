"""What people read: executed notebooks as pages (`page`), and all else (`build`)."""
