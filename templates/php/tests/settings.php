<?php

// Settings of the tests: a directory and secrets of their own. PHPUnit loads it before anything else.

declare(strict_types=1);

$directory = sys_get_temp_dir() . '/revento-integration-' . bin2hex(random_bytes(8));
$defaults = [
    'REVENTO_AUTH_BASE' => 'http://localhost:9',
    'REVENTO_API_BASE' => 'http://localhost:9/api/v1',
    'REVENTO_CLIENT_ID' => 'tests',
    'REVENTO_CLIENT_SECRET' => bin2hex(random_bytes(24)),
    'REVENTO_WEBHOOK_SECRET' => bin2hex(random_bytes(24)),
    'REVENTO_REDIRECT_URI' => 'http://localhost:3000/callback',
    'SANDBOX_EVENT_ID' => 'evt_test_published',
];
$own = ['REVENTO_TOKEN_KEY' => base64_encode(random_bytes(32)), 'DATA_DIR' => $directory];
foreach ($own + getenv() + $defaults as $name => $value) {
    putenv("$name=$value");
}
foreach (['config', 'http', 'files', 'tokens', 'oauth', 'api', 'webhooks', 'mirror'] as $file) {
    require_once dirname(__DIR__) . "/$file.php";
}

$owner = getmypid();
register_shutdown_function(static function () use ($directory, $owner): void {
    // Not when a test's child process ends.
    if (getmypid() === $owner) {
        exec('rm -rf ' . escapeshellarg($directory));
    }
});
