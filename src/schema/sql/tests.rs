//! Tables of SQL and what it does, for each dialect; and that no text is too much.
