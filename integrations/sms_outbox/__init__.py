"""The demo's short message provider: messages are read on the page /demo/sms."""
