-- What may be forgotten, oldest first.
CREATE INDEX CONCURRENTLY webhook_inbox_ended ON webhook_inbox (received_at) WHERE state <> 'received';
