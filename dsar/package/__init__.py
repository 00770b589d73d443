"""What a holder receives, made from sections and texts: manifest, JSON, CSV, schema, report.
Pure.
"""
