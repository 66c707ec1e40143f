"""The checks of printed figures: do they add up, in one unit, and do they agree with what else was printed?"""
