//! Secrets from files: documents among the resources, or a directory as the kubelet mounts it.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::{SecretData, Secrets};

/// A Secret as a document says it.
#[derive(Clone, Debug)]
pub struct SecretDocument {
    /// Its namespace, if the document names one.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// What is in it.
    pub data: SecretData,
}

/// Secrets that documents hold, and for others a directory with `<name>/<key>`.
#[derive(Clone, Debug, Default)]
pub struct FileSecrets {
    documents: BTreeMap<String, SecretData>,
    directory: Option<PathBuf>,
}

impl SecretDocument {
    /// Reads `data`, which is base64, and `stringData`, which comes before it.
    ///
    /// # Errors
    ///
    /// Says which part is wrong. Never says a value.
    pub fn read(mut document: Value) -> Result<Self, String> {
        let word = |field: &str| document["metadata"][field].as_str().map(str::to_owned);
        let (namespace, name) = (word("namespace"), word("name").ok_or("a Secret without a name")?);
        let wrong = |what: &str| format!("Secret {name}: {what}");
        let mut part = |field: &str| match document.get_mut(field).map(Value::take) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(entries)) => Ok(entries),
            Some(_) => Err(wrong(&format!("{field} is no map"))),
        };
        let mut values = BTreeMap::new();
        for (key, value) in part("data")? {
            let bytes = value.as_str().and_then(|text| STANDARD.decode(text).ok());
            let bytes = bytes
                .ok_or_else(|| wrong(&format!("data.{key} is not base64; text goes into stringData")))?;
            values.insert(key, bytes);
        }
        for (key, value) in part("stringData")? {
            let text = value.as_str().ok_or_else(|| wrong(&format!("stringData.{key} is no text")))?;
            values.insert(key, text.as_bytes().to_vec());
        }
        let data = SecretData::new(values, "file");
        Ok(Self { namespace, name, data })
    }
}

impl FileSecrets {
    /// The Secrets of a namespace, with those of documents that name none.
    pub fn new(documents: Vec<SecretDocument>, namespace: &str, directory: Option<PathBuf>) -> Self {
        let is_here = |one: &SecretDocument| one.namespace.as_deref().is_none_or(|own| own == namespace);
        let here = documents.into_iter().filter(is_here).map(|one| (one.name, one.data));
        Self { documents: here.collect(), directory }
    }

    /// The files of a mounted Secret; what begins with a dot belongs to the kubelet.
    fn mounted(&self, name: &str) -> io::Result<Option<SecretData>> {
        let Some(directory) = &self.directory else { return Ok(None) };
        let entries = match fs::read_dir(directory.join(name)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let mut values = BTreeMap::new();
        for entry in entries {
            let entry = entry?;
            let key = entry.file_name().to_string_lossy().into_owned();
            if !key.starts_with('.') && entry.path().is_file() {
                values.insert(key, fs::read(entry.path())?);
            }
        }
        Ok(Some(SecretData::new(values, "file")))
    }
}

#[async_trait]
impl Secrets for FileSecrets {
    async fn get(&self, name: &str) -> Result<Option<SecretData>, String> {
        if let Some(data) = self.documents.get(name) {
            return Ok(Some(data.clone()));
        }
        if name.starts_with('.') || name.contains(['/', '\\']) {
            return Err("this is no name of a Secret".to_owned());
        }
        let place = self.directory.as_ref().map(|directory| directory.join(name).display().to_string());
        self.mounted(name).map_err(|error| format!("{}: {error}", place.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(fields: Value) -> Result<SecretDocument, String> {
        let mut document = json!({"metadata": {"name": "lync-bridge", "namespace": "lync-dr"}});
        document.as_object_mut().expect("a map").extend(fields.as_object().expect("a map").clone());
        SecretDocument::read(document)
    }

    #[test]
    fn text_comes_before_base64() {
        let fields =
            json!({"data": {"username": "YQ==", "password": "Yg=="}, "stringData": {"password": "c"}});
        let read = document(fields).expect("it reads");
        assert_eq!(read.data.get("username"), Some(b"a".as_slice()));
        assert_eq!(read.data.get("password"), Some(b"c".as_slice()));
        assert!(!format!("{read:?}").contains("YQ"), "{read:?}");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        for (fields, part) in [
            (json!({"data": {"password": "hunter2!"}}), "data.password is not base64"),
            (json!({"data": "hunter2!"}), "data is no map"),
            (json!({"stringData": {"password": ["hunter2!"]}}), "stringData.password is no text"),
        ] {
            let why = document(fields).expect_err("refused");
            assert!(why.contains(part) && !why.contains("hunter2"), "{why}");
        }
        assert!(SecretDocument::read(json!({"kind": "Secret"})).is_err());
    }

    #[tokio::test]
    async fn documents_come_before_the_directory_and_other_namespaces_do_not_count() {
        let directory = std::env::temp_dir().join(format!("lync-failover-secrets-{}", std::process::id()));
        for (name, key) in [("lync-bridge", "username"), ("lync-ca", "ca.crt"), ("lync-ca", "..data")] {
            fs::create_dir_all(directory.join(name)).expect("a folder");
            fs::write(directory.join(name).join(key), "from the directory").expect("written");
        }
        let own = document(json!({"stringData": {"username": "from the document"}})).expect("it reads");
        let of = |namespace| FileSecrets::new(vec![own.clone()], namespace, Some(directory.clone()));
        let get = async |secrets: FileSecrets, name| secrets.get(name).await.expect("it reads");
        let here = get(of("lync-dr"), "lync-bridge").await.expect("there");
        assert_eq!(here.get("username"), Some(b"from the document".as_slice()));
        let elsewhere = get(of("other"), "lync-bridge").await.expect("there");
        assert_eq!(elsewhere.get("username"), Some(b"from the directory".as_slice()));
        let authority = get(of("lync-dr"), "lync-ca").await.expect("there");
        assert!(authority.get("ca.crt").is_some() && authority.get("..data").is_none());
        assert!(get(of("lync-dr"), "none").await.is_none());
        assert!(of("lync-dr").get("../lync-ca").await.is_err());
        fs::remove_dir_all(&directory).expect("removed");
    }
}
