# -*- coding: utf-8 -*-
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, DDL
from sqlalchemy.ext.declarative import declarative_base

db = SQLAlchemy()
Base = declarative_base()
tags = db.Table('tags',
    db.Column('tag_id', db.Integer, db.ForeignKey('tag.id'), primary_key=True),
    db.Column('page_id', db.Integer, db.ForeignKey('page.id'), primary_key=True)
)

for name in ('draft', 'final'):
	globals()[name] = db.Table(name, db.metadata, *[db.Column(c, db.Integer) for c in 'abc'])

class Page(db.Model):
    ''' A page.

    It has tags. '''
    __tablename__ = 'page'
    id = db.Column(db.Integer, primary_key=True); title = db.Column(db.String(80), nullable=False)
    body = db.Column('text', db.Text, default='', server_default="it''s \x41\u00e9\n")
    if db.engine.name == 'postgresql':
        data = db.Column(JSONB)
    elif db.engine.name == 'mysql':
        data = db.Column(JSON)
    else:
        data = db.Column(db.Text)
    try:
        extra = db.Column(Extra)
    except (NameError, ImportError) as error:
        extra = None
    finally:
        pass

    @classmethod
    async def load(cls, *ids, limit: int=10, **where):
        async with session() as s, s.begin():
            async for row in s.stream(select(cls).where(cls.id.in_(ids))[1:limit, ::2]):
                yield await row
        while (chunk := read()) is not None: print(chunk)
        else:
            del chunk, ids[0]
        raise Error from None

Index('ix_page_title', Page.title.desc(), unique=True)
event.listen(Page.__table__, "after_create", DDL("ALTER TABLE page ADD COLUMN search tsvector"))
