from tests.engine.training.fresh import fresh_accelerate

__all__ = ["fresh_accelerate"]
