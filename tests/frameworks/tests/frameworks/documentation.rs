//! The code of the README and of `docs/` that needs a web framework; `cargo xtask regen` copies it from here.
#![allow(dead_code)]

use clerk_sdk::mock::MockClerk;

const ORIGIN: &str = "https://app.example.com";

pub(crate) mod in_axum {
    // code: axum
    use axum::{Router, routing::get};
    use clerk_sdk::Clerk;
    use clerk_sdk::auth::{Auth, Permission};
    use clerk_sdk::frameworks::{ClerkLayer, require};

    fn app(clerk: Clerk) -> Router {
        Router::new()
            .route("/me", get(|auth: Auth| async move { auth.user_id().to_owned() }))
            .route("/billing", get(billing).route_layer(require(Permission("org:billing:manage"))))
            .layer(ClerkLayer::new(&clerk).authorized_parties(["https://app.example.com"]))
    }
    // end

    async fn billing() -> &'static str {
        "billing"
    }

    #[tokio::test]
    async fn an_application_is_tested_without_a_network() -> Result<(), Box<dyn std::error::Error>> {
        // code: testing-axum
        use clerk_sdk::mock::get;
        use tower::ServiceExt as _;

        let clerk = clerk_sdk::mock::MockClerk::start().await?;
        let ada = clerk.seed().user("ada@example.com").await;
        let ada = clerk.sign_in(&ada).authorized_party("https://app.example.com");
        let token = ada.organization("acme", "org:admin").permissions(["org:billing:manage"]).token();

        let response = app(clerk.client()).oneshot(get("/billing").bearer(token)).await?;
        assert_eq!(response.status(), 200);

        let response = app(clerk.client()).oneshot(get("/billing").anonymous()).await?;
        assert_eq!(response.status(), 401);
        // end
        Ok(())
    }

    mod handlers {
        use clerk_sdk::auth::{Auth, Permission, RequestState};
        // code: handlers
        use clerk_sdk::frameworks::{Maybe, Rejection};

        async fn home(Maybe(auth): Maybe<Auth>) -> String {
            auth.map_or("hello".to_owned(), |auth| format!("hello {}", auth.user_id()))
        }

        async fn login(state: RequestState) -> String {
            match state {
                RequestState::SignedIn(caller) => format!("you are {}", caller.subject()),
                RequestState::SignedOut { reason, .. } => format!("please sign in: {reason}"),
            }
        }

        async fn invoices(auth: Auth) -> Result<String, Rejection> {
            auth.require(Permission("org:billing:read"))?; // rejects with 403
            Ok(format!("the invoices of {:?}", auth.org_slug()))
        }
        // end
    }

    mod profile {
        use clerk_sdk::auth::Auth;
        use clerk_sdk::frameworks::Rejection;
        // code: profile
        use axum::{Json, extract::State};
        use clerk_sdk::{Clerk, types::User};

        async fn profile(auth: Auth, State(clerk): State<Clerk>) -> Result<Json<User>, Rejection> {
            let user = clerk.users().get(auth.user_id()).await?;
            Ok(Json(user.without_private())) // without `private_metadata`, which browsers must not see
        }
        // end
    }

    mod error_format {
        // code: error-format
        use axum::http::Response;
        use axum::response::{IntoResponse, Response as AxumResponse};
        use axum::{Router, routing::get};
        use clerk_sdk::auth::Auth;
        use clerk_sdk::frameworks::{Rejection, require_auth};

        fn own_response(rejection: &Rejection) -> Response<String> {
            let mut response = Response::new(format!("error: {}\n", rejection.code()));
            *response.status_mut() = rejection.status();
            response
        }

        struct AppError(Rejection); // or an enum with a variant for rejections

        impl From<Rejection> for AppError {
            fn from(rejection: Rejection) -> Self {
                Self(rejection)
            }
        }

        impl IntoResponse for AppError {
            fn into_response(self) -> AxumResponse {
                own_response(&self.0).map(Into::into)
            }
        }

        async fn me(auth: Result<Auth, Rejection>) -> Result<String, AppError> {
            Ok(auth?.user_id().to_owned())
        }

        fn routes() -> Router {
            let guarded = get(|| async { "guarded" }).layer(require_auth().or_else(own_response));
            Router::new().route("/me", get(me)).route("/guarded", guarded)
        }
        // end

        #[tokio::test]
        async fn extractors_and_guards_reject_in_one_format() -> Result<(), Box<dyn std::error::Error>> {
            use clerk_sdk::mock::get;
            use http_body_util::BodyExt as _;
            use tower::ServiceExt as _;

            let clerk = super::super::MockClerk::start().await?;
            let app = routes().layer(clerk_sdk::frameworks::ClerkLayer::new(&clerk.client()));
            for path in ["/me", "/guarded"] {
                let response = app.clone().oneshot(get(path).anonymous()).await?;
                assert_eq!(response.status(), 401);
                let body = response.into_body().collect().await?.to_bytes();
                assert_eq!(body, "error: session-token-missing\n");
            }
            Ok(())
        }
    }

    pub(crate) mod mcp {
        // code: mcp
        use axum::{Router, routing::post};
        use clerk_sdk::Clerk;
        use clerk_sdk::auth::{MachineAuth, Scope, TokenType};
        use clerk_sdk::frameworks::{ClerkLayer, ProtectedResource, require};

        async fn mcp(client: MachineAuth, message: String) -> String {
            format!("{} sent {message}", client.subject()) // your MCP server
        }

        pub(crate) fn app(clerk: &Clerk, publishable_key: &str) -> Result<Router, clerk_sdk::Error> {
            let url = "https://mcp.example.com/mcp";
            let resource = ProtectedResource::from_publishable_key(url, publishable_key)?
                .resource_name("Notes")
                .scopes_supported(["profile", "email"]);
            let layer = ClerkLayer::new(clerk).accepts([TokenType::OAuth]).checked()?;
            Ok(Router::new()
                .route("/mcp", post(mcp))
                .layer(layer.guarded_by(require(Scope("profile"))))
                .layer(resource)) // the outermost: the metadata are open, and a 401 names them
        }
        // end
    }

    mod moved {
        use clerk_sdk::mock::get as request;

        use super::super::ORIGIN;

        // code: after-axum
        use axum::{Router, routing::get};
        use clerk_sdk::Clerk;
        use clerk_sdk::auth::{Auth, Permission};
        use clerk_sdk::frameworks::{ClerkLayer, Rejection, require_auth};

        fn app(clerk: &Clerk) -> Router {
            let layer = ClerkLayer::new(clerk).authorized_parties(["https://app.example.com"]);
            let layer = layer.guarded_by(require_auth());
            Router::new().route("/me", get(me)).route("/invoices", get(invoices)).layer(layer)
        }

        async fn me(auth: Auth) -> String {
            auth.user_id().to_owned()
        }

        async fn invoices(auth: Auth) -> Result<String, Rejection> {
            auth.require(Permission("org:billing:read"))?;
            Ok(format!("the invoices of {}", auth.org_id().unwrap_or_default()))
        }
        // end

        #[tokio::test]
        async fn the_service_of_the_page_on_clerk_rs_guards_each_route() {
            use tower::ServiceExt as _;

            let mock = clerk_sdk::mock::MockClerk::start().await.unwrap();
            let ada = mock.seed().user("ada@example.com").await;
            let ada = mock.sign_in(&ada).authorized_party(ORIGIN).organization("acme", "org:admin");
            let token = ada.permissions(["org:billing:read"]).token();
            let app = app(&mock.client());
            for path in ["/me", "/invoices", "/none"] {
                let response = app.clone().oneshot(request(path).anonymous()).await.unwrap();
                assert_eq!(response.status(), 401, "{path}");
            }
            for path in ["/me", "/invoices"] {
                let response = app.clone().oneshot(request(path).bearer(&token)).await.unwrap();
                assert_eq!(response.status(), 200, "{path}");
            }
        }
    }

    mod without_secret_key {
        // code: after-extractor
        use axum::{Router, routing::get};
        use clerk_sdk::auth::{Auth, Authenticator};
        use clerk_sdk::frameworks::ClerkLayer;

        fn app(publishable_key: &str) -> Result<Router, clerk_sdk::Error> {
            let authenticator = Authenticator::from_publishable_key(publishable_key)
                .authorized_parties(["https://app.example.com"]);
            Ok(Router::new().route("/me", get(me)).layer(ClerkLayer::from(authenticator).checked()?))
        }

        async fn me(auth: Auth) -> String {
            auth.user_id().to_owned()
        }
        // end
    }

    mod open_paths {
        use axum::Router;
        use clerk_sdk::Clerk;

        fn guarded(app: Router, clerk: &Clerk) -> Result<Router, clerk_sdk::Error> {
            // code: except
            use clerk_sdk::frameworks::{ClerkLayer, require_auth};

            let layer = ClerkLayer::from(clerk.authenticator().cache_tokens(10_000)).checked()?;
            let app = app.layer(layer.guarded_by(require_auth().except(["/", "/health"]))); // 401 elsewhere
            // end
            Ok(app)
        }
    }

    mod webhooks {
        // code: webhook-axum
        use axum::{Router, http::StatusCode, routing::post};
        use clerk_sdk::webhooks::{Delivery, Event, Webhook, WebhookError};

        async fn webhooks(delivery: Delivery) -> StatusCode {
            if let Event::UserCreated(event) = &delivery.event {
                println!("{}: welcome {}", delivery.id, event.data.id);
            }
            StatusCode::NO_CONTENT
        }

        fn app() -> Result<Router, WebhookError> {
            let webhook = Webhook::from_env()?; // CLERK_WEBHOOK_SIGNING_SECRET
            Ok(Router::new().route("/webhooks", post(webhooks)).with_state(webhook))
        }
        // end

        #[tokio::test]
        async fn an_endpoint_is_tested() -> Result<(), Box<dyn std::error::Error>> {
            let clerk = super::super::MockClerk::start().await?;
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
            let url = format!("http://{}/webhooks", listener.local_addr()?);
            let webhook = Webhook::new(clerk.webhook_secret())?;
            let app = Router::new().route("/webhooks", post(webhooks)).with_state(webhook);
            tokio::spawn(axum::serve(listener, app).into_future());
            // code: send-webhook
            let ada = clerk.seed().user("ada@example.com").await;
            let event = serde_json::json!({ "type": "user.created", "data": ada });

            let answer = clerk.send_webhook(&url, &event).id("msg_1").await?; // signed with clerk.webhook_secret()
            assert_eq!(answer.status(), 204);

            let again = clerk.send_webhook(&url, &event).id("msg_1").await?; // the same one again
            assert_eq!(again.status(), 204);

            let forged = clerk.send_webhook(&url, &event).forged().await?;
            assert_eq!(forged.status(), 400);
            // end
            Ok(())
        }
    }
}

mod in_actix {
    // code: actix
    use actix_web::{App, HttpServer, web};
    use clerk_sdk::Clerk;
    use clerk_sdk::auth::{Auth, Permission};
    use clerk_sdk::frameworks::{ClerkLayer, require};

    async fn me(auth: Auth) -> String {
        auth.user_id().to_owned()
    }

    async fn serve(clerk: Clerk) -> std::io::Result<()> {
        let layer = ClerkLayer::new(&clerk).authorized_parties(["https://app.example.com"]);
        let app = move || {
            let billing = web::resource("/billing").wrap(require(Permission("org:billing:manage")));
            App::new()
                .wrap(layer.clone())
                .route("/me", web::get().to(me))
                .service(billing.route(web::get().to(|| async { "billing" })))
        };
        HttpServer::new(app).bind("127.0.0.1:3000")?.run().await
    }
    // end
}

mod in_rocket {
    // code: rocket
    use clerk_sdk::Clerk;
    use clerk_sdk::auth::{Auth, Permission};
    use clerk_sdk::frameworks::rocket::catchers;
    use clerk_sdk::frameworks::{ClerkLayer, Rejection};
    use rocket::{Build, Rocket, get, routes};

    #[get("/me")]
    fn me(auth: Auth) -> String {
        auth.user_id().to_owned()
    }

    #[get("/billing")]
    fn billing(auth: Auth) -> Result<&'static str, Rejection> {
        auth.require(Permission("org:billing:manage"))?;
        Ok("billing")
    }

    fn app(clerk: Clerk) -> Rocket<Build> {
        rocket::build()
            .mount("/", routes![me, billing])
            .register("/", catchers()) // errors as JSON, with the reason
            .attach(ClerkLayer::new(&clerk).authorized_parties(["https://app.example.com"]))
    }
    // end
}

mod in_poem {
    // code: poem
    use clerk_sdk::Clerk;
    use clerk_sdk::auth::{Auth, Permission};
    use clerk_sdk::frameworks::{ClerkLayer, require};
    use poem::{Endpoint, EndpointExt as _, Route, get, handler};

    #[handler]
    fn me(auth: Auth) -> String {
        auth.user_id().to_owned()
    }

    #[handler]
    fn billing() -> &'static str {
        "billing"
    }

    fn app(clerk: Clerk) -> impl Endpoint {
        Route::new()
            .at("/me", get(me))
            .at("/billing", get(billing).with(require(Permission("org:billing:manage"))))
            .with(ClerkLayer::new(&clerk).authorized_parties(["https://app.example.com"]))
    }
    // end
}

mod in_tower {
    use clerk_sdk::auth::Permission;
    use clerk_sdk::frameworks::{ClerkLayer, require};
    use clerk_sdk::http::Request;

    fn builder(clerk: &clerk_sdk::Clerk) {
        // code: tower
        let service = tower::ServiceBuilder::new()
            .layer(ClerkLayer::new(clerk).authorized_parties(["https://app.example.com"]))
            .layer(require(Permission("org:billing:manage")))
            .service_fn(answer);
        // end
        drop(service);
    }

    async fn answer(request: Request<String>) -> Result<clerk_sdk::http::Response<String>, std::io::Error> {
        Ok(clerk_sdk::http::Response::new(request.into_body()))
    }
}
