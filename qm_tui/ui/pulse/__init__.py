"""What the panels of the portfolio pulse say: from views to lines of text."""
