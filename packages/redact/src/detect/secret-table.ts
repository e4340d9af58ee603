import type { SecretShape } from './secret-shape.ts';

/**
 * The forms of keys and tokens, from what their issuers publish about them (MASK25). One line a form; a service
 * with several has several. `test/secret-shapes.test.ts` holds them to the patterns of the secretlint packages.
 */
const FORMS = `
1password ops_eyJ{B60-4000}
1password-key A3-{u6}-{u6}-{u5}-{u5}-{u5}-{u5}
adobe p8e-{a32}
age AGE-SECRET-KEY-1{u58}
age-pq AGE-SECRET-KEY-PQ-1{u58-120}
airtable pat{a14}.{h64}
alibaba LTAI{a12-30}
anthropic sk-ant-{b24-200}
artifactory AKC{a10-100}
atlassian ATATT3{b60-250}
atlassian ATCTT3{b60-250}
atlassian ATBB{b24-40}
aws AKIA{u16}
aws ASIA{u16}
aws ABIA{u16}
aws ACCA{u16}
aws A3T{u17}
aws-bedrock ABSK{B60-300}
aws-bedrock bedrock-api-key-{b20-300}
azure-sas SharedAccessKey={B40-90}
azure-storage AccountKey={B40-90}
buildkite bkua_{h40}
buildkite bkat_{h40}
clojars CLOJARS_{a60}
cloudflare v1.0-{h24}-{h146}
cloudflare cfk_{a20-80}
cloudflare cfut_{a20-80}
cloudflare cfat_{a20-80}
contentful CFPAT-{b40-50}
databricks dapi{h32}
database mongodb://{v1-100}:{v1-200}@{s1-300}
database mongodb+srv://{v1-100}:{v1-200}@{s1-300}
database mysql://{v1-100}:{v1-200}@{s1-300}
database mysqlx://{v1-100}:{v1-200}@{s1-300}
database mariadb://{v1-100}:{v1-200}@{s1-300}
database postgres://{v1-100}:{v1-200}@{s1-300}
database postgresql://{v1-100}:{v1-200}@{s1-300}
database redis://{v0-100}:{v1-200}@{s1-300}
database rediss://{v0-100}:{v1-200}@{s1-300}
database amqp://{v1-100}:{v1-200}@{s1-300}
database amqps://{v1-100}:{v1-200}@{s1-300}
defined dnkey-{b26}-{b52}
deno ddp_{a30-60}
digitalocean dop_v1_{h64}
digitalocean doo_v1_{h64}
digitalocean dor_v1_{h64}
discord https://discord.com/api/webhooks/{d17-20}/{b60-80}
discord https://discordapp.com/api/webhooks/{d17-20}/{b60-80}
discord mfa.{b80-100}
docker dckr_pat_{b20-64}
docker dckr_oat_{b20-64}
doppler dp.pt.{a40-44}
doppler dp.st.{p40-90}
doppler dp.ct.{a40-44}
dropbox sl.{b130-200}
duffel duffel_{a4}_{b40-50}
dynatrace dt0c01.{a24}.{a64}
dynatrace dt0s01.{a8}.{a64}
easypost EZAK{a54}
easypost EZTK{a54}
facebook EAA{a80-300}
figma figd_{b40-200}
figma figdr_{b40-200}
flutterwave FLWPUBK_TEST-{h32}-X
flutterwave FLWSECK_TEST-{h32}-X
flyio fo1_{b43}
flyio fm1{a1}_{B80-400}
flyio fm2_{B80-400}
frameio fio-u-{b64}
gcp AIza{b35}
gcp-oauth GOCSPX-{b28}
gcp-token ya29.{b20-300}
gcp-refresh 1//0{b40-200}
github ghp_{w36-255}
github gho_{w36-255}
github ghu_{w36-255}
github ghr_{w36-255}
github ghs_{p36-12000}
github github_pat_{w36-255}
gitlab glpat-{p20-300}
gitlab glptt-{p40-300}
gitlab gldt-{b20-64}
gitlab glrt-{p20-300}
gitlab glcbt-{b20-64}
gitlab glsoat-{b20-64}
gitlab glft-{b20-64}
gitlab glimt-{b25-64}
gitlab glagent-{b40-64}
gitlab gloas-{b40-70}
gitlab glffct-{b20-64}
gitlab GR1348941{b20}
grafana glc_{B32-400}
grafana glsa_{a32}_{h8}
grafana eyJrIjoi{B60-400}
groq gsk_{a52}
groq xai-{w60-100}
harness pat.{a22}.{h24}.{a20}
harness sat.{a22}.{h24}.{a20}
heroku HRKU-{b20-80}
hashicorp hvs.{b24-300}
hashicorp hvb.{b24-300}
hashicorp hvr.{b24-300}
hashicorp atlasv1.{b60-70}
huggingface hf_{a34-60}
huggingface api_org_{a34}
infracost ico-{a32}
intercom dG9r{B40-80}
jwt eyJ{b14-6000}.eyJ{b10-20000}.{b10-2000}
jwt eyJ{b40-6000}..{b10-2000}.{b10-20000}.{b10-2000}
langchain lsv2_pt_{h32}_{h10}
langchain lsv2_sk_{h32}_{h10}
launchdarkly sdk-{h8}-{h4}-{h4}-{h4}-{h12}
launchdarkly api-{h8}-{h4}-{h4}-{h4}-{h12}
linear lin_api_{w32-128}
linear lin_oauth_{w32-128}
mailchimp-transactional md-{b22}
mailgun key-{h32}
mailgun pubkey-{h32}
mapbox pk.eyJ{b50-200}.{b20-40}
mapbox sk.eyJ{b50-200}.{b20-40}
microsoft-teams https://outlook.office.com/webhook/{p30-200}
netlify nfp_{a36-60}
newrelic NRAK-{a27}
newrelic NRJS-{h19}
newrelic NRII-{b32}
newrelic NRRA-{h42}
notion ntn_{a40-60}
notion secret_{a43}
npm npm_{w36}
nuget oy2{a43}
octopus API-{u26}
openai sk-proj-{b40-300}
openai sk-svcacct-{b40-300}
openai sk-admin-{b40-300}
openai sk-{a20-48}T3BlbkFJ{a20-48}
openai-like sk-{a40-64}
openrouter sk-or-v1-{h64}
openshift sha256~{b43}
perplexity pplx-{a48}
planetscale pscale_tkn_{p32-64}
planetscale pscale_pw_{p32-64}
planetscale pscale_oauth_{p32-64}
posthog phc_{a40-60}
posthog phx_{a40-60}
postman PMAK-{h24}-{h34}
prefect pnu_{a36}
private-key -----BEGIN PRIVATE KEY-----{k40-12000}
private-key -----BEGIN RSA PRIVATE KEY-----{k40-12000}
private-key -----BEGIN DSA PRIVATE KEY-----{k40-12000}
private-key -----BEGIN EC PRIVATE KEY-----{k40-12000}
private-key -----BEGIN OPENSSH PRIVATE KEY-----{k40-12000}
private-key -----BEGIN PGP PRIVATE KEY-----{k40-12000}
private-key -----BEGIN PGP PRIVATE KEY BLOCK-----{k40-12000}
private-key -----BEGIN ENCRYPTED PRIVATE KEY-----{k40-12000}
private-key -----BEGINPRIVATE KEY-----{k40-12000}
private-key PuTTY-User-Key-File-{k40-12000}
public-key ssh-rsa AAAA{B16-2000}
public-key ssh-ed25519 AAAA{B16-2000}
public-key ecdsa-sha2-nistp256 AAAA{B16-2000}
pulumi pul-{h40}
pypi pypi-AgEIcHlwaS5vcmc{b50-1000}
pypi pypi-{b80-1000}
readme rdme_{a70}
render rnd_{a26-60}
replicate r8_{a37}
rubygems rubygems_{h48}
scalingo tk-us-{b48}
sendgrid SG.{b16-128}.{b16-128}
sendinblue xkeysib-{h64}-{a16}
sentry sntrys_eyJ{B60-1000}
sentry sntryu_{h64}
settlemint sm_pat_{a16}
settlemint sm_aat_{a16}
shippo shippo_live_{h40}
shippo shippo_test_{h40}
shopify shpat_{a32-64}
shopify shpca_{a32-64}
shopify shppa_{a32-64}
shopify shpss_{a32-64}
sidekiq https://contribsys.com/{s8-100}
slack xoxb-{b10-200}
slack xoxp-{b10-200}
slack xoxa-{b10-200}
slack xoxo-{b10-200}
slack xoxr-{b10-200}
slack xoxs-{b10-200}
slack xoxe-{b10-400}
slack xoxe.xoxp-{b10-400}
slack xoxe.xoxb-{b10-400}
slack xapp-{b10-200}
slack https://hooks.slack.com/services/{p6-60}/{p6-60}/{a16-60}
slack https://hooks.slack.com/workflows/{s20-200}
slack https://hooks.slack.com/triggers/{s20-200}
sonar squ_{h40}
sonar sqp_{h40}
sonar sqa_{h40}
sourcegraph sgp_{w40-80}
square sq0atp-{b22-60}
square sq0csp-{b43-60}
square EAAA{b56-60}
stripe sk_live_{a10-120}
stripe sk_test_{a10-120}
stripe rk_live_{a10-120}
stripe rk_test_{a10-120}
stripe sk_prod_{a10-120}
stripe rk_prod_{a10-120}
stripe whsec_{B24-80}
supabase sbp_{h40}
supabase sb_secret_{b20-60}
tailscale tskey-{b20-200}
telegram bot{d8-10}:A{b34}
tencent AKID{a13-40}
twitter AAAAAAAAAAAAAAAAAAAAA{s40-120}
typeform tfp_{p40-60}
vercel vcp_{a20-60}
vercel vci_{a20-60}
vercel vca_{a20-60}
vercel vcr_{a20-60}
vercel vck_{a20-60}
vercel-blob vercel_blob_rw_{w30-80}
yandex AQVN{b35-38}
yandex t1.{b20-60}.{b86}
yandex YCAJE{b20-34}
yandex YCM{b34-40}
`;

/** Services whose keys have no form of their own are not here: assignments find those (secret.ts). */
export const SECRET_SHAPES: readonly SecretShape[] = FORMS.trim()
  .split('\n')
  .map((line) => {
    const at = line.indexOf(' ');
    return { rule: `secret.${line.slice(0, at)}`, shape: line.slice(at + 1) };
  });
