//! The certificate of the webhook, from files that somebody else renews.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use openssl::{error::ErrorStack, ssl::SslAcceptor};
use zeroize::Zeroizing;

use crate::tls::acceptor;

/// A certificate and its key in a folder.
pub(super) struct Certificate {
    dir: PathBuf,
    last: Mutex<Option<Read>>,
}

/// What the files said when they last made sense.
struct Read {
    certificates: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
    acceptor: SslAcceptor,
}

/// Why there is no certificate to show.
#[derive(Debug, thiserror::Error)]
pub(super) enum CertificateError {
    /// A file cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// They are no certificate and its key.
    #[error("tls.crt and tls.key in {0}: {1}")]
    Pair(PathBuf, ErrorStack),
}

impl Certificate {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir, last: Mutex::default() }
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What to show now. The files are read each time; while they make no sense (one of them is renewed and the
    /// other one is not yet) the last ones that did are good.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] while there has been none yet.
    pub(super) fn acceptor(&self) -> Result<SslAcceptor, CertificateError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match self.read(last.as_ref()) {
            Ok(read) => Ok(last.insert(read).acceptor.clone()),
            Err(error) => {
                let known = last.as_ref().ok_or(error)?;
                tracing::warn!("the certificate of the webhook makes no sense now; the one before is shown");
                Ok(known.acceptor.clone())
            }
        }
    }

    /// What the files say; it is the same as before where they are.
    fn read(&self, before: Option<&Read>) -> Result<Read, CertificateError> {
        let file = |name: &str| {
            let path = self.dir.join(name);
            fs::read(&path).map_err(|error| CertificateError::File(path, error))
        };
        let (certificates, key) = (file("tls.crt")?, Zeroizing::new(file("tls.key")?));
        let same = before.filter(|before| before.certificates == certificates && before.key == key);
        let acceptor = match same {
            Some(before) => before.acceptor.clone(),
            None => acceptor(&certificates, &key)
                .map_err(|error| CertificateError::Pair(self.dir.clone(), error))?,
        };
        Ok(Read { certificates, key, acceptor })
    }
}
