//! The contents of a Secret.

use std::{collections::BTreeMap, fmt};

use zeroize::Zeroizing;

use crate::winrm::Secret;

/// The keys of a Secret with their values, and its version. Its `Debug` shows the keys only.
#[derive(Clone)]
pub struct SecretData {
    values: BTreeMap<String, Zeroizing<Vec<u8>>>,
    /// `resourceVersion`, or what stands for it.
    pub revision: String,
}

impl SecretData {
    /// Takes the values over.
    pub fn new(values: impl IntoIterator<Item = (String, Vec<u8>)>, revision: impl Into<String>) -> Self {
        let values = values.into_iter().map(|(key, value)| (key, Zeroizing::new(value)));
        Self { values: values.collect(), revision: revision.into() }
    }

    /// The value of a key, if the key is there and not empty.
    pub(super) fn get(&self, key: &str) -> Option<&[u8]> {
        self.values.get(key).map(|value| value.as_slice()).filter(|value| !value.is_empty())
    }

    /// The value of a key that has to be there.
    pub(super) fn need(&self, key: &str) -> Result<&[u8], String> {
        self.get(key).ok_or_else(|| {
            let keys = self.values.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            format!("it has no key {key} with a value (its keys are: {keys})")
        })
    }

    /// A text without the line end that `kubectl create secret --from-file` takes along.
    pub(super) fn text(&self, key: &str) -> Result<String, String> {
        let bytes = self.need(key)?;
        let text = std::str::from_utf8(bytes).map_err(|_| format!("the value of {key} is not UTF-8 text"))?;
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// A password.
    pub(super) fn password(&self, key: &str) -> Result<Secret, String> {
        let text = Zeroizing::new(self.text(key)?);
        Ok(Secret::from(text.as_str()))
    }
}

impl fmt::Debug for SecretData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}
