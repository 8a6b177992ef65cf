BEGIN TRANSACTION;
CREATE TABLE articles (
	id VARCHAR NOT NULL, 
	link VARCHAR, 
	seen VARCHAR(32) NOT NULL, 
	story VARCHAR, 
	reason VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(story) REFERENCES stories (id)
);
INSERT INTO "articles" VALUES('wire:1','https://wire.example/1','2025-01-27T14:30:00.000000+00:00','s1','opens a story','{"id":"wire:1","feed":"wire","link":"https://wire.example/1","title":"Acme opens its model","summary":"","published":null,"seen":"2025-01-27T14:30:00Z","symbols":[]}');
CREATE TABLE bases (
	story VARCHAR NOT NULL, 
	symbol VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (story, symbol)
);
INSERT INTO "bases" VALUES('s1','ACME','{"story":"s1","symbol":"ACME","price":14.0,"time":"2025-01-27T14:30:00Z"}');
CREATE TABLE feeds (
	feed VARCHAR NOT NULL, 
	next_poll VARCHAR(32), 
	body TEXT, 
	PRIMARY KEY (feed)
);
INSERT INTO "feeds" VALUES('wire','2025-01-27T14:30:00.000000+00:00','{"feed":"wire","next_poll":"2025-01-27T14:30:00Z","etag":"\"e-tag\"","last_modified":"Mon, 27 Jan 2025 14:00:00 GMT","failures":0,"error":"","last_success":"2025-01-27T14:30:00Z","url":""}');
CREATE TABLE ledger (
	id INTEGER NOT NULL, 
	channel VARCHAR NOT NULL, 
	symbol VARCHAR NOT NULL, 
	session VARCHAR NOT NULL, 
	at VARCHAR(32) NOT NULL, 
	last_at VARCHAR(32) NOT NULL, 
	times INTEGER NOT NULL, 
	verdict VARCHAR NOT NULL, 
	reason VARCHAR NOT NULL, 
	fingerprint VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE looks (
	symbol VARCHAR NOT NULL, 
	last TEXT, 
	accepted TEXT, 
	PRIMARY KEY (symbol)
);
INSERT INTO "looks" VALUES('ACME','{"symbol":"ACME","price":12.5,"time":"2025-01-27T14:30:00Z","currency":"USD","delay":"PT15M","market_value":1000000000.0,"confirmed":false}',NULL);
INSERT INTO "looks" VALUES('IDLE','{"symbol":"IDLE","price":12.5,"time":"2025-01-27T14:30:00Z","currency":"USD","delay":"PT15M","market_value":1000000000.0,"confirmed":false}','{"symbol":"IDLE","price":12.0,"time":"2025-01-27T14:30:00Z","currency":"USD","delay":"PT15M","market_value":1000000000.0,"confirmed":false}');
CREATE TABLE notices (
	"key" VARCHAR NOT NULL, 
	since VARCHAR(32) NOT NULL, 
	text VARCHAR NOT NULL, 
	told BOOLEAN NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "notices" VALUES('prices','2025-01-27T14:30:00.000000+00:00','no prices',1);
CREATE TABLE outbox (
	"key" VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	root VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	due VARCHAR(32) NOT NULL, 
	attempts INTEGER NOT NULL, 
	marked VARCHAR(32), 
	sent VARCHAR(32), 
	ts VARCHAR, 
	error VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY ("key"), 
	UNIQUE (number)
);
INSERT INTO "outbox" VALUES('root',1,'root','post','#ai','pending','2025-01-27T14:30:00.000000+00:00',0,NULL,NULL,NULL,'','{"key":"root","kind":"post","channel":"#ai","root":"root","at":"2025-01-27T14:30:00Z","text":"text","blocks":[],"rows":[],"story":"s1","broadcast":false}');
CREATE TABLE roots (
	"key" VARCHAR NOT NULL, 
	channel VARCHAR NOT NULL, 
	session VARCHAR NOT NULL, 
	story VARCHAR, 
	body TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "roots" VALUES('root','#ai','2025-01-27','s1','{"key":"root","channel":"#ai","session":"2025-01-27","story":"s1","rows":[],"records":[],"text":"text","drawn":"2025-01-27T14:30:00Z","edits":0}');
CREATE TABLE schema (
	version INTEGER NOT NULL
);
INSERT INTO "schema" VALUES(1);
CREATE TABLE stories (
	id VARCHAR NOT NULL, 
	last_seen VARCHAR(32) NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "stories" VALUES('s1','2025-01-27T14:30:00.000000+00:00','{"id":"s1","headline":"Acme opens its model","time":"2025-01-27T14:30:00Z","last_fact":"2025-01-27T14:30:00Z","last_seen":"2025-01-27T14:30:00Z","facts":[{"type":"model_release","company":"acme","status":"reported","sentence":"Acme opens its model","score":0.9}],"parties":{"acme":1.0},"titles":[["opens","acme","model"]],"feeds":["wire"],"told":false}');
CREATE TABLE told (
	channel VARCHAR NOT NULL, 
	symbol VARCHAR NOT NULL, 
	session VARCHAR NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (channel, symbol, session)
);
INSERT INTO "told" VALUES('#ai','ACME','2025-01-27','{"channel":"#ai","symbol":"ACME","session":"2025-01-27","root":"root","up":0.0,"down":-0.17,"armed":false,"at":"2025-01-27T14:30:00Z"}');
CREATE INDEX ix_stories_last_seen ON stories (last_seen);
CREATE INDEX ix_roots_session ON roots (session);
CREATE INDEX ledger_of ON ledger (channel, symbol, session);
CREATE INDEX ix_outbox_state ON outbox (state);
CREATE INDEX ix_outbox_root ON outbox (root);
CREATE INDEX ix_articles_link ON articles (link);
CREATE INDEX ix_articles_story ON articles (story);
COMMIT;
