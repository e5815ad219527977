"""What every chart shares: one palette whose marks differ in grey, SVG whose text is text, labels that do not collide.

In: numbers and names. Out: `experiments.page_templates.Chart`, an SVG element for a page. Imported by: all packages
that draw.
"""
