//! A small Kubernetes API service in this process, for use without a cluster.
//!
//! It lets the unchanged controller run on a laptop: `kube::Client` speaks to it over the same requests as
//! to a real API server. It knows what the operator uses and nothing else: get, list, watch, create,
//! replace, merge patch and delete, the status subresource, versions, generations and finalizers. A test
//! asks it and a real API server the same questions; where they disagree, the real one is right.

mod http;
mod store;
mod watch;

use std::sync::Arc;

use axum::Router;

use crate::clock::Clock;

use store::Store;

/// An API service that holds its objects in memory, for as long as somebody has a client of it.
pub struct ApiService(Router);

impl ApiService {
    /// An empty one, on the time of a clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Router::new().fallback(http::answer).with_state(Arc::new(Store::new(clock))))
    }

    /// A client of it.
    pub fn client(&self) -> kube::Client {
        kube::Client::new(self.0.clone(), "default")
    }
}
