//! A Lync organisation that obeys the documented rules.
