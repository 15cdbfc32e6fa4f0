//! Every code of an error that is about a request and not about what it asks for: `extensions.code`, and the HTTP status
//! that goes with it.

use std::fmt;

use actix_web::http::StatusCode;

/// Makes the enum and its tables of one list, so that what a reader of the code sees is what the documentation says.
macro_rules! request_codes {
    ($(#[doc = $meaning:literal] $code:ident $name:literal $status:ident $remedy:literal)*) => {
        /// Why a request, or a field of it, was not answered.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum RequestCode {
            $(#[doc = $meaning] $code,)*
        }

        impl RequestCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The code as it is sent.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name,)* }
            }

            /// What it means.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$code => $meaning,)* }
            }

            /// The status of an answer that is this error and nothing else. An error of a field leaves the rest of the answer
            /// as it is, with status 200; a GraphQL request that is refused has status 200 too where only `application/json`
            /// is accepted.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$code => StatusCode::$status,)* }
            }

            /// What to do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$code => $remedy,)* }
            }
        }
    };
}

request_codes! {
    /// There is no token, or it is not accepted; the message says why.
    Unauthenticated "UNAUTHENTICATED" UNAUTHORIZED
        "Send a token of the console or an API token as `Authorization: Bearer …`."
    /// The token does not have the permission that the field asks for.
    Forbidden "FORBIDDEN" OK
        "Use a token that has the permission in `extensions.remedy`."
    /// The request is not what GraphQL over HTTP has.
    BadRequest "BAD_REQUEST" BAD_REQUEST
        "Send a JSON object with `query` or `documentId`; the message names the member that is wrong."
    /// An argument of a field breaks a rule.
    BadUserInput "BAD_USER_INPUT" OK
        "Correct the argument; the message says how."
    /// The document is no GraphQL.
    GraphqlParseFailed "GRAPHQL_PARSE_FAILED" BAD_REQUEST
        "Correct the document at `locations`."
    /// The document does not fit the schema, or a variable does not fit its type.
    GraphqlValidationFailed "GRAPHQL_VALIDATION_FAILED" BAD_REQUEST
        "Compare the document with `schema.graphql`."
    /// The document is beyond a limit.
    QueryTooComplex "QUERY_TOO_COMPLEX" BAD_REQUEST
        "Ask for less at a time: smaller pages, fewer aliases; see the limits."
    /// There is no stored document of this id.
    PersistedQueryNotFound "PERSISTED_QUERY_NOT_FOUND" BAD_REQUEST
        "Send the document itself, or have the operator store it."
    /// Only stored documents are answered here, and this is none.
    DocumentNotTrusted "DOCUMENT_NOT_TRUSTED" BAD_REQUEST
        "Have the operator store the document."
    /// A mutation came by GET.
    MutationByGet "MUTATION_BY_GET" METHOD_NOT_ALLOWED
        "Send it by POST."
    /// The method is neither GET nor POST.
    MethodNotAllowed "METHOD_NOT_ALLOWED" METHOD_NOT_ALLOWED
        "Use POST, or GET for a query."
    /// `Accept` names no media type that there is.
    NotAcceptable "NOT_ACCEPTABLE" NOT_ACCEPTABLE
        "Accept `application/graphql-response+json` or `application/json`."
    /// The body is too long.
    PayloadTooLarge "PAYLOAD_TOO_LARGE" PAYLOAD_TOO_LARGE
        "Send fewer records at a time."
    /// The body is no `application/json` in UTF-8.
    UnsupportedMediaType "UNSUPPORTED_MEDIA_TYPE" UNSUPPORTED_MEDIA_TYPE
        "Send JSON, and say so in `Content-Type`."
    /// The caller sends more requests than it may.
    Throttled "THROTTLED" TOO_MANY_REQUESTS
        "Wait for as many seconds as `Retry-After` says, and send more records in each."
    /// The request took longer than it may.
    Timeout "TIMEOUT" GATEWAY_TIMEOUT
        "Ask for less at a time. A mutation may have happened: read before you repeat it."
    /// There is nothing at this path.
    NotFound "NOT_FOUND" NOT_FOUND
        "Use `/graphql`."
    /// At `/webhooks`: the announcement is not signed by the PSA.
    SignatureInvalid "SIGNATURE_INVALID" FORBIDDEN
        "Register the webhook again with `updateCredentials`."
    /// At `/webhooks`: this announcement was followed before.
    Replayed "REPLAYED" CONFLICT
        "Nothing: its change is known."
    /// At `/webhooks`: the PSA could not be asked what has changed.
    PsaUnavailable "PSA_UNAVAILABLE" SERVICE_UNAVAILABLE
        "Send the announcement again; the poll finds the change otherwise."
    /// Something broke on the server's side.
    Internal "INTERNAL" INTERNAL_SERVER_ERROR
        "Report it with the request id; trying again may help."
}

impl fmt::Display for RequestCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
