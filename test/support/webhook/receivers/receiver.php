<?php
// Each request is a run of its own, so the ids that were seen are files.
function is_known(string $id): bool
{
    $file = @fopen(getenv('RECEIVER_HOME') . '/' . sha1($id), 'x');
    return $file === false;
}

function judge(string $mistake, string $raw): array
{
    $id = $_SERVER['HTTP_X_REVENTO_DELIVERY_ID'] ?? '';
    $timestamp = $_SERVER['HTTP_X_REVENTO_TIMESTAMP'] ?? '';
    if ($mistake === 'id-first' && is_known($id)) return [200, 'duplicate'];
    if ($mistake !== 'no-timestamp') {
        if (!preg_match('/^[0-9]{1,12}$/D', $timestamp)) return [401, 'bad timestamp'];
        if (abs(time() - (int) $timestamp) > 300) return [401, 'too old'];
    }
    $signed = $raw;
    if ($mistake === 'trimmed') $signed = trim($raw);
    if ($mistake === 'reserialized') {
        $value = json_decode($raw, true);
        if ($value === null) return [400, 'not JSON'];
        $signed = json_encode($value);
    }
    $wanted = 'sha256=' . hash_hmac('sha256', "$timestamp.$signed", getenv('RECEIVER_SECRET'));
    if (!hash_equals($wanted, $_SERVER['HTTP_X_REVENTO_SIGNATURE'] ?? '')) return [401, 'bad signature'];
    if (json_decode($raw) === null) return [400, 'not JSON'];
    if ($mistake !== 'id-first' && is_known($id)) return [200, 'duplicate'];
    return [200, 'processed'];
}

[$status, $word] = judge(substr($_SERVER['REQUEST_URI'], 1), file_get_contents('php://input'));
http_response_code($status);
echo $word;
