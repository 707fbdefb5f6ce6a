"""Models of a shop, in the way of SQLAlchemy 2."""
from __future__ import annotations

import enum
from datetime import datetime
from typing import Annotated, Optional

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship

from .types import Money as Amount, \
    Currency

LENGTHS = {"name": 0x40, "note": 1_000, **{f"extra_{n}": n * 2 for n in range(3) if n % 2}}
key = Annotated[int, mapped_column(primary_key=True)]


class State(str, enum.Enum):
    NEW = "new"
    PAID = "paid"
    GONE = 'gone'  # nija: ignore[enum-values] kept for the archive


class Base(DeclarativeBase):
    type_annotation_map = {str: String(LENGTHS["name"]), Amount: Currency()}
    metadata = MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "pk": "pk_" "%(table_name)s"})


class Stamped:
    @declared_attr.directive
    def __tablename__(cls) -> str:
        return cls.__name__.lower() + "s"

    created: Mapped[datetime] = mapped_column(server_default=func.now(), comment="when it was made")
    updated: Mapped[Optional[datetime]] = mapped_column(onupdate=lambda: datetime.utcnow())


class Customer(Stamped, Base):
    id: Mapped[key]
    name: Mapped[str] = mapped_column(String(LENGTHS["name"]), index=True)
    mail: Mapped[str | None] = mapped_column(unique=True)
    orders: Mapped[list["Order"]] = relationship(back_populates="customer", cascade="all, delete-orphan")

    __table_args__ = (
        CheckConstraint("length(name) > 0", name="ck_customers_name"),
        Index("ix_customers_lower", text("lower(mail)"), postgresql_where=text("mail IS NOT NULL")),
        {"schema": "shop", "comment": r"who buys\sells"},
    )


class Order(Stamped, Base):
    id: Mapped[key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("shop.customers.id", ondelete="CASCADE"))
    state: Mapped[State] = mapped_column(default=State.NEW, server_default=f"{State.NEW.value!s:>3}")
    total: Mapped[Amount] = mapped_column(nullable=not True)
    customer: Mapped["Customer"] = relationship(back_populates="orders")

    @property
    def is_open(self) -> bool:
        return self.state not in (State.PAID, State.GONE) and 0 < self.total <= 10_000
