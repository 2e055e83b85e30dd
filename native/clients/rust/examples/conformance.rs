//! The Rust client's side of the conformance suite: a command a line in, a reply a line out.

use std::io::{BufRead, Write};
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use engram_client::{Client, Deprecation, Error, RetryPolicy, Version};
use futures_util::{Stream, StreamExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    url: String,
    key: Option<String>,
    timeout_ms: u64,
    retries: u32,
    base_ms: u64,
    version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Command {
    call: String,
    space: Option<String>,
    #[serde(default)]
    args: Value,
    client: Option<Settings>,
    take: Option<usize>,
    cancel_after_ms: Option<u64>,
}

/// What the hook was told since the last reply.
static WARNINGS: Mutex<Vec<Value>> = Mutex::new(Vec::new());

fn note(warning: &Deprecation) {
    let ms = |time: Option<SystemTime>| {
        time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok())
            .map(|since| since.as_secs_f64() * 1_000.0)
    };
    WARNINGS.lock().expect("no panic").push(json!({
        "operation": warning.operation,
        "since": ms(warning.since),
        "sunset": ms(warning.sunset),
        "successor": warning.successor,
    }));
}

fn client_of(settings: Settings) -> Client {
    let retry = RetryPolicy {
        retries: settings.retries,
        base: Duration::from_millis(settings.base_ms),
        ..Default::default()
    };
    let client = Client::new(&settings.url)
        .timeout(Duration::from_millis(settings.timeout_ms))
        .retry(retry)
        .version(match settings.version.as_deref() {
            Some("v2") => Version::V2,
            _ => Version::V1,
        })
        .on_deprecated(note);
    match settings.key {
        Some(key) => client.key(key),
        None => client,
    }
}

/// An argument of a call as its type.
fn argument<T: DeserializeOwned>(args: &Value, name: &str) -> T {
    serde_json::from_value(args[name].clone())
        .unwrap_or_else(|error| panic!("argument {name}: {error}"))
}

fn whole<T: DeserializeOwned>(args: &Value) -> T {
    serde_json::from_value(args.clone()).unwrap_or_else(|error| panic!("arguments: {error}"))
}

async fn first<T>(
    stream: impl Stream<Item = Result<T, Error>>,
    most: Option<usize>,
) -> Result<Vec<T>, Error> {
    let mut values = Vec::new();
    let mut stream = std::pin::pin!(stream);
    while let Some(value) = stream.next().await {
        values.push(value?);
        if Some(values.len()) == most {
            break;
        }
    }
    Ok(values)
}

async fn perform(client: &Client, command: &Command) -> Result<Value, Error> {
    let space = client.space(command.space.as_deref().unwrap_or_default());
    let memory = space.memory();
    let args = &command.args;
    let text = |name: &str| argument::<String>(args, name);
    Ok(match command.call.as_str() {
        "spaces" => json!(client.spaces().await?),
        "ready" => json!(client.ready().await?),
        "make" => json!(space.make(argument(args, "dimension")).await?),
        "stats" => json!(space.stats().await?),
        "store" => json!(
            space
                .store_with(argument(args, "episode"), argument(args, "durability"))
                .await?
        ),
        "storeBatch" => json!(
            space
                .store_batch(argument(args, "episodes"), argument(args, "durability"))
                .await?
        ),
        "get" => {
            let embedding = argument::<Option<bool>>(args, "embedding").unwrap_or(false);
            json!(space.get(&text("id"), embedding).await?)
        }
        "scan" => json!(first(space.scan(argument(args, "after")), command.take).await?),
        "page" => {
            let after = argument::<Option<String>>(args, "after");
            json!(
                space
                    .page(after.as_deref(), argument(args, "limit"))
                    .await?
            )
        }
        "forget" => {
            json!(
                space
                    .forget(
                        &argument::<Vec<String>>(args, "ids"),
                        argument(args, "weaken")
                    )
                    .await?
            )
        }
        "delete" => json!(space.delete(&text("id")).await?),
        "link" => json!(space.link(&argument::<Vec<_>>(args, "edges")).await?),
        "unlink" => json!(space.unlink(&argument::<Vec<_>>(args, "edges")).await?),
        "edges" => json!(space.edges(&text("id")).await?),
        "recall" => json!(
            space
                .recall(&argument::<Vec<f32>>(args, "vector"), &whole(args))
                .await?
        ),
        "spread" => json!(space.spread(&whole(args)).await?),
        "reach" => json!(space.reach(&whole(args)).await?),
        "sync" => json!(space.sync().await?),
        "snapshot" => json!(space.snapshot().await?),
        "verify" => json!(space.verify().await?),
        "backup" => json!(space.backup(&text("backup")).await?),
        "restore" => json!(space.restore(&text("backup"), &whole(args)).await?),
        "watch" => json!(first(space.watch(argument(args, "from")), command.take).await?),
        "answer" => json!(memory.answer(&whole(args)).await?),
        "consolidate" => json!(memory.consolidate(&whole(args)).await?),
        "concepts" => json!(
            memory
                .concepts(argument(args, "first"), argument(args, "limit"))
                .await?
        ),
        "complete" => json!(
            memory
                .complete(
                    &argument::<Vec<f32>>(args, "vector"),
                    argument::<Option<Vec<bool>>>(args, "known").as_deref()
                )
                .await?
        ),
        "recognise" => json!(
            memory
                .recognise(&argument::<Vec<f32>>(args, "vector"))
                .await?
        ),
        "access" => json!(
            memory
                .access(&argument::<Vec<String>>(args, "ids"), argument(args, "at"))
                .await?
        ),
        other => panic!("no call is named {other}"),
    })
}

fn told(error: &Error) -> Value {
    let kind = serde_json::to_value(format!("{:?}", error.kind)).expect("text");
    let kind = kind
        .as_str()
        .unwrap_or_default()
        .chars()
        .fold(String::new(), |mut name, letter| {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.extend(letter.to_lowercase());
            name
        });
    json!({"error": {"kind": kind, "code": error.code, "status": error.status, "attempts": error.attempts,
        "message": error.message, "remedy": error.remedy}})
}

#[tokio::main(worker_threads = 1)]
async fn main() {
    let mut client = None;
    for line in std::io::stdin().lock().lines() {
        let mut command: Command = serde_json::from_str(&line.expect("a line")).expect("a command");
        if let Some(settings) = command.client.take() {
            client = Some(client_of(settings));
        }
        let work = perform(
            client.as_ref().expect("the first command makes the client"),
            &command,
        );
        let outcome = match command.cancel_after_ms {
            None => Some(work.await),
            Some(ms) => tokio::time::timeout(Duration::from_millis(ms), work)
                .await
                .ok(), // dropped: cancelled
        };
        let mut reply = match outcome {
            None => json!({"error": {"kind": "cancelled", "code": "cancelled", "status": 0}}),
            Some(Ok(value)) => json!({ "value": value }),
            Some(Err(error)) => told(&error),
        };
        reply["warnings"] = Value::Array(WARNINGS.lock().expect("no panic").drain(..).collect());
        let mut out = std::io::stdout().lock();
        writeln!(out, "{reply}")
            .and_then(|()| out.flush())
            .expect("somebody reads");
    }
}
