//! The API: what people write and read.
