-- The tables of format 1, as the axis made them before 2026-11-23, with one agency.
BEGIN TRANSACTION;
CREATE TABLE agencies (
	code VARCHAR(64) NOT NULL, 
	old_code VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	system_id VARCHAR(255), 
	parent VARCHAR(64) NOT NULL, 
	mail TEXT NOT NULL, 
	is_agency BOOLEAN NOT NULL, 
	locked BOOLEAN NOT NULL, 
	deleted BOOLEAN NOT NULL, 
	version INTEGER NOT NULL, 
	modified_at BIGINT NOT NULL, 
	PRIMARY KEY (code)
);
INSERT INTO "agencies" VALUES('H99.01','000.00.01.H99','Sở Thử nghiệm',NULL,'','',1,0,0,1,0);
CREATE TABLE contents (
	sha256 VARCHAR(64) NOT NULL, 
	size BIGINT NOT NULL, 
	body BLOB, 
	PRIMARY KEY (sha256)
);
CREATE TABLE deliveries (
	seq INTEGER NOT NULL, 
	receiver_id VARCHAR(36) NOT NULL, 
	document_seq INTEGER NOT NULL, 
	to_code VARCHAR(64) NOT NULL, 
	agency VARCHAR(64) NOT NULL, 
	system_id VARCHAR(255), 
	message_type VARCHAR(8) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	state_text TEXT NOT NULL, 
	fetched BOOLEAN NOT NULL, 
	business_status VARCHAR(16), 
	created_at BIGINT NOT NULL, 
	updated_at BIGINT NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (receiver_id), 
	FOREIGN KEY(document_seq) REFERENCES documents (seq) ON DELETE CASCADE
);
CREATE TABLE documents (
	seq INTEGER NOT NULL, 
	sender_id VARCHAR(24) NOT NULL, 
	request_key VARCHAR(64), 
	message_type VARCHAR(8) NOT NULL, 
	service_type VARCHAR(32) NOT NULL, 
	system_id VARCHAR(255), 
	from_code VARCHAR(64) NOT NULL, 
	document_id TEXT, 
	business_type VARCHAR(16) NOT NULL, 
	status_code VARCHAR(16) NOT NULL, 
	title TEXT NOT NULL, 
	notation TEXT NOT NULL, 
	received VARCHAR(64) NOT NULL, 
	delivered VARCHAR(64) NOT NULL, 
	at BIGINT NOT NULL, 
	findings TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	UNIQUE (sender_id), 
	UNIQUE (request_key)
);
CREATE TABLE events (
	seq INTEGER NOT NULL, 
	document_seq INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	event VARCHAR(32) NOT NULL, 
	to_code VARCHAR(64), 
	detail TEXT NOT NULL, 
	PRIMARY KEY (seq), 
	FOREIGN KEY(document_seq) REFERENCES documents (seq) ON DELETE CASCADE
);
CREATE TABLE exchanges (
	seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at BIGINT NOT NULL, 
	system VARCHAR(255), 
	operation VARCHAR(32) NOT NULL, 
	agency VARCHAR(64), 
	document_id TEXT, 
	receiver_id VARCHAR(64), 
	http_status INTEGER, 
	status VARCHAR(8), 
	error_code VARCHAR(8), 
	findings TEXT NOT NULL, 
	fault VARCHAR(32), 
	method VARCHAR(16) NOT NULL, 
	path TEXT NOT NULL, 
	request_headers BLOB NOT NULL, 
	request_body BLOB, 
	request_content VARCHAR(64), 
	request_tail BLOB, 
	request_truncated BOOLEAN NOT NULL, 
	answer_headers BLOB NOT NULL, 
	answer_body BLOB, 
	answer_content VARCHAR(64), 
	answer_truncated BOOLEAN NOT NULL
);
CREATE TABLE facts (
	name VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('version','1');
CREATE TABLE fault_rules (
	position INTEGER NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	rule TEXT NOT NULL, 
	fired INTEGER NOT NULL, 
	PRIMARY KEY (position), 
	UNIQUE (id)
);
CREATE TABLE ordinals (
	system VARCHAR(255) NOT NULL, 
	operation VARCHAR(32) NOT NULL, 
	count INTEGER NOT NULL, 
	UNIQUE (system, operation)
);
CREATE TABLE systems (
	id VARCHAR(255) NOT NULL, 
	secret TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX agencies_by_old_code ON agencies (old_code);
CREATE INDEX agencies_by_system ON agencies (system_id);
CREATE INDEX documents_by_document_id ON documents (document_id);
CREATE INDEX documents_by_delivered_content ON documents (delivered);
CREATE INDEX documents_by_system ON documents (system_id, message_type, seq);
CREATE INDEX documents_by_content ON documents (received);
CREATE INDEX exchanges_by_content ON exchanges (request_content);
CREATE INDEX deliveries_pending ON deliveries (system_id, message_type, seq) WHERE state IN ('initial', 'processing');
CREATE INDEX deliveries_by_document ON deliveries (document_seq);
CREATE INDEX deliveries_by_system ON deliveries (system_id, message_type, created_at);
CREATE INDEX events_by_document ON events (document_seq);
COMMIT;
