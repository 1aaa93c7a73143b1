//! Objects of CLIXML (MS-PSRP 2.2.5.2).

use super::Value;

/// An object: type names, a text, what it wraps, and two sets of properties.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// `TN`: the type and its ancestors.
    pub type_names: Vec<String>,
    /// `ToString`.
    pub text: Option<String>,
    /// What it wraps.
    pub base: Base,
    /// `Props`: the properties of the .NET object, in order.
    pub adapted: Vec<(String, Value)>,
    /// `MS`: the properties that PowerShell added, in order; they hide adapted ones of the same name.
    pub extended: Vec<(String, Value)>,
}

/// What an object wraps.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Base {
    /// Nothing: a bag of properties.
    #[default]
    Nothing,
    /// A primitive, as enums and strings with notes do. Never an object.
    Primitive(Box<Value>),
    /// Members in order.
    List(ListKind, Vec<Value>),
    /// `DCT`: keys and values.
    Dictionary(Vec<(Value, Value)>),
}

/// Which collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    /// `LST`.
    List,
    /// `STK`.
    Stack,
    /// `QUE`.
    Queue,
    /// `IE`: an enumeration of unknown kind.
    Enumeration,
}

impl ListKind {
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::List => "LST",
            Self::Stack => "STK",
            Self::Queue => "QUE",
            Self::Enumeration => "IE",
        }
    }

    pub(super) fn of_tag(tag: &str) -> Option<Self> {
        [Self::List, Self::Stack, Self::Queue, Self::Enumeration].into_iter().find(|kind| kind.tag() == tag)
    }
}

impl Object {
    /// An object of a type with its ancestors.
    pub fn of_type(type_names: &[&str]) -> Self {
        Self { type_names: type_names.iter().map(|name| (*name).to_owned()).collect(), ..Self::default() }
    }

    /// A value of a .NET enum.
    pub fn of_enum(type_name: &str, code: i32, name: &str) -> Self {
        Self {
            text: Some(name.to_owned()),
            base: Base::Primitive(Box::new(Value::I32(code))),
            ..Self::of_type(&[type_name, "System.Enum", "System.ValueType", "System.Object"])
        }
    }

    /// An `ArrayList`.
    pub fn of_list(items: Vec<Value>) -> Self {
        Self {
            base: Base::List(ListKind::List, items),
            ..Self::of_type(&["System.Collections.ArrayList", "System.Object"])
        }
    }

    /// A `PSPrimitiveDictionary`.
    pub fn of_dictionary(entries: Vec<(Value, Value)>) -> Self {
        let types = [
            "System.Management.Automation.PSPrimitiveDictionary",
            "System.Collections.Hashtable",
            "System.Object",
        ];
        Self { base: Base::Dictionary(entries), ..Self::of_type(&types) }
    }

    /// A `Hashtable`.
    pub fn of_hashtable(entries: Vec<(Value, Value)>) -> Self {
        Self {
            base: Base::Dictionary(entries),
            ..Self::of_type(&["System.Collections.Hashtable", "System.Object"])
        }
    }

    /// Adds an extended property.
    #[must_use]
    pub fn note(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extended.push((name.to_owned(), value.into()));
        self
    }

    /// Adds an adapted property.
    #[must_use]
    pub fn property(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.adapted.push((name.to_owned(), value.into()));
        self
    }

    /// A property, in any case; extended ones hide adapted ones.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let mut all = self.extended.iter().chain(&self.adapted);
        all.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Whether a type name is that of an ancestor, also where it has come through remoting.
    pub fn is_a(&self, type_name: &str) -> bool {
        self.type_names.iter().any(|name| without_deserialized(name) == type_name)
    }
}

/// A type name without the prefix that remoting adds.
pub(super) fn without_deserialized(name: &str) -> &str {
    name.strip_prefix("Deserialized.").unwrap_or(name)
}
