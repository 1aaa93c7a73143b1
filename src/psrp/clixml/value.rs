//! Values of CLIXML.

use uuid::Uuid;

use super::{DateTime, Decimal, Object, ProgressRecord, TimeSpan, Version, object::Base};

/// A value: a primitive (MS-PSRP 2.2.5.1) or an object (2.2.5.2).
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `Nil`.
    Null,
    /// `B`.
    Bool(bool),
    /// `C`: a UTF-16 code unit.
    Char(u16),
    /// `S`.
    Text(String),
    /// `SB`: `System.SByte`.
    I8(i8),
    /// `By`: `System.Byte`.
    U8(u8),
    /// `I16`.
    I16(i16),
    /// `U16`.
    U16(u16),
    /// `I32`.
    I32(i32),
    /// `U32`.
    U32(u32),
    /// `I64`.
    I64(i64),
    /// `U64`.
    U64(u64),
    /// `Sg`: `System.Single`.
    F32(f32),
    /// `Db`: `System.Double`.
    F64(f64),
    /// `D`: `System.Decimal`.
    Decimal(Decimal),
    /// `DT`.
    DateTime(DateTime),
    /// `TS`.
    TimeSpan(TimeSpan),
    /// `BA`.
    Bytes(Vec<u8>),
    /// `G`.
    Guid(Uuid),
    /// `URI`.
    Uri(String),
    /// `Version`.
    Version(Version),
    /// `XD`: the text of an XML document; it is not parsed.
    Xml(String),
    /// `SBK`: the text of a script block; it is only carried, never run.
    ScriptBlock(String),
    /// `SS`: a secret under a session key that nobody here has; opaque.
    SecureString(String),
    /// `PR`.
    Progress(Box<ProgressRecord>),
    /// `Obj`.
    Object(Box<Object>),
    /// A `Ref` to an object that contains it. Such a cycle is not followed, and written as `Nil`.
    Back,
}

impl Value {
    /// The primitive in an object that is nothing but one with notes (an enum, a string with `PSPath`), or
    /// the value itself.
    pub fn plain(&self) -> &Self {
        match self {
            Self::Object(object) => match &object.base {
                Base::Primitive(value) => value,
                _ => self,
            },
            _ => self,
        }
    }

    /// The text of a text-like primitive.
    pub fn as_text(&self) -> Option<&str> {
        match self.plain() {
            Self::Text(text) | Self::Uri(text) | Self::Xml(text) | Self::ScriptBlock(text) => Some(text),
            _ => None,
        }
    }

    /// The number of an integer, or of an enum.
    pub fn as_i64(&self) -> Option<i64> {
        match self.plain() {
            Self::I8(number) => Some(i64::from(*number)),
            Self::U8(number) => Some(i64::from(*number)),
            Self::I16(number) => Some(i64::from(*number)),
            Self::U16(number) => Some(i64::from(*number)),
            Self::I32(number) => Some(i64::from(*number)),
            Self::U32(number) => Some(i64::from(*number)),
            Self::I64(number) => Some(*number),
            Self::U64(number) => i64::try_from(*number).ok(),
            _ => None,
        }
    }

    /// A Boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self.plain() {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The members of a list.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.as_object()?.base {
            Base::List(_, items) => Some(items),
            _ => None,
        }
    }

    /// The keys and values of a dictionary.
    pub fn entries(&self) -> Option<&[(Self, Self)]> {
        match &self.as_object()?.base {
            Base::Dictionary(entries) => Some(entries),
            _ => None,
        }
    }

    /// A property of an object, in any case.
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::I32(number)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::I64(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Version> for Value {
    fn from(version: Version) -> Self {
        Self::Version(version)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(Box::new(object))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
