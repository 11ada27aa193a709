-- What other systems hand in is kept as what came by mail: with its words, and its channel named.

-- owned by: channels
ALTER TABLE messages_in DROP CONSTRAINT messages_in_channel_check;
ALTER TABLE messages_in ADD CONSTRAINT messages_in_channel_check
    CHECK (channel IN ('mail', 'sms', 'province', 'wechat', 'letter', 'app', '110', 'media'));
