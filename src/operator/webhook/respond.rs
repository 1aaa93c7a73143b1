//! From a request to the answer: by the plan of this replica, or by the one that leads.

use std::net::SocketAddr;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{CONTENT_TYPE, HeaderValue},
};
use tokio::sync::watch;

use super::{
    PATH,
    certificate::Certificate,
    forward::{FORWARDED, forward},
    review::{Answer, Came, Review, answer},
};
use crate::operator::{control::Controller, lease::Leadership};

/// The largest question: the API server takes no object above 3 MiB, and sends the old one and the new one.
const MAX_BODY: usize = 7 * 1024 * 1024;
/// What a standby says that knows nobody to ask.
const STANDS_BY: &str = "the replica that was asked stands by and has not looked at Lync. Ask again: the next one may be \
                         the one that leads";

/// All that an answer needs.
pub(super) struct Desk {
    pub(super) certificate: Certificate,
    pub(super) controller: Controller,
    pub(super) leadership: watch::Receiver<Leadership>,
}

/// What a replica does with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Post {
    /// It makes the rounds, and answers.
    Leads,
    /// It asks the one that does.
    Asks(SocketAddr),
    /// It can only say that it is not the one.
    StandsBy,
}

impl Post {
    fn of(leadership: Leadership, is_forwarded: bool) -> Self {
        match leadership {
            Leadership::Leader => Self::Leads,
            Leadership::Standby { leader: Some(leader) } if !is_forwarded => Self::Asks(leader),
            Leadership::Standby { .. } | Leadership::Lost => Self::StandsBy,
        }
    }
}

impl Desk {
    pub(super) async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        if request.uri().path() != PATH {
            return code(StatusCode::NOT_FOUND);
        }
        if request.method() != Method::POST {
            return code(StatusCode::METHOD_NOT_ALLOWED);
        }
        let is_forwarded = request.headers().contains_key(FORWARDED);
        let Ok(body) = Limited::new(request.into_body(), MAX_BODY).collect().await else {
            return code(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let body = body.to_bytes();
        let Ok(review) = serde_json::from_slice::<Review>(&body) else {
            return code(StatusCode::BAD_REQUEST);
        };
        let post = Post::of(*self.leadership.borrow(), is_forwarded);
        let (answer, came) = self.answer(review, body, post).await;
        self.controller.metrics().reviewed(came.word());
        let Ok(text) = serde_json::to_vec(&answer) else { return code(StatusCode::INTERNAL_SERVER_ERROR) };
        let mut response = Response::new(Full::new(Bytes::from(text)));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    }

    async fn answer(&self, review: Review, body: Bytes, post: Post) -> (Answer, Came) {
        let leader = match post {
            Post::Leads => return answer(review, self.controller.known(), self.controller.now()),
            Post::StandsBy => return (Answer::without_plan(review, STANDS_BY), Came::Standby),
            Post::Asks(leader) => leader,
        };
        match forward(leader, self.certificate.dir(), body).await {
            Ok(warnings) => (Answer::of(review, warnings), Came::Forwarded),
            Err(why) => {
                tracing::warn!(%leader, why, "the replica that leads could not be asked for a plan");
                let why = format!(
                    "the replica that was asked stands by, and the one that leads could not be asked at {leader}: \
                     {why}. Ask again: the next one may be the one that leads"
                );
                (Answer::without_plan(review, &why), Came::Unreachable)
            }
        }
    }
}

fn code(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_passed_on_once_and_only_to_who_leads() {
        let leader: SocketAddr = ([10, 0, 0, 1], 9443).into();
        let standby = Leadership::Standby { leader: Some(leader) };
        assert_eq!(Post::of(standby, false), Post::Asks(leader));
        assert_eq!(Post::of(standby, true), Post::StandsBy, "it would go round in circles");
        assert_eq!(Post::of(Leadership::Standby { leader: None }, false), Post::StandsBy);
        assert_eq!(Post::of(Leadership::Lost, false), Post::StandsBy);
        for is_forwarded in [false, true] {
            assert_eq!(Post::of(Leadership::Leader, is_forwarded), Post::Leads);
        }
    }
}
