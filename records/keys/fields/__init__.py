"""Model fields whose columns hold sealed values and blind indexes."""

from records.keys.cells import SealedCell
from records.keys.fields.blind import BlindIndexField
from records.keys.fields.octets import OctetsField
from records.keys.fields.sealed import SealedField

__all__ = ["BlindIndexField", "OctetsField", "SealedCell", "SealedField"]
