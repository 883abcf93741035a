"""Photo edits that a tool does precisely, and the router that knows which instructions ask for them."""

from engine.editing.exact.operations import CannotApply
from engine.editing.exact.parts import NobodyFound
from engine.editing.exact.router import Plan, plan

__all__ = ["CannotApply", "NobodyFound", "Plan", "plan"]
