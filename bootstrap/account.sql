-- Prepares a Snowflake account for deployments. A person with ACCOUNTADMIN runs it once; running it again changes
-- nothing but the two public keys and the allowed networks, so it is also how those are replaced.
--
-- Fill it in with `ops bootstrap render`, or by hand:
--   {{ deployer_public_key }}       public key of the deployment user: one line of base64, no header, 3072 bits or more
--   {{ monitor_admin_public_key }}  public key of the monitor administrator, from a key pair of its own
--   {{ deployer_cidrs }}            where deployments run: '203.0.113.16/28', '198.51.100.7/32'
--
-- What it makes: the deployment role and its user, the monitor administrator, a small warehouse with a quota, and what
-- binds both users to the deployers' networks and to key pairs. Everything else in the account comes from Pulumi.
-- Neither private key ever gets near this file.

USE ROLE ACCOUNTADMIN;

-- The deployment role
-- It owns every database, role, user and network policy of the platform. It has no MANAGE GRANTS: owning the
-- managed-access schemas is enough to grant on what is inside. It is granted to SYSADMIN and to its user only.

CREATE ROLE IF NOT EXISTS ECOMMERCE_DEPLOYER
    COMMENT = 'Owns and changes what the platform declares';

GRANT ROLE ECOMMERCE_DEPLOYER TO ROLE SYSADMIN;

-- One privilege per statement: a test takes each away and expects a deployment to fail.
GRANT CREATE DATABASE ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;
GRANT CREATE ROLE ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;
GRANT CREATE USER ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;
GRANT CREATE NETWORK POLICY ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;
-- the account's network policy
GRANT ATTACH POLICY ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;
-- login methods and password rules of users and of the account
GRANT APPLY AUTHENTICATION POLICY ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;
GRANT APPLY PASSWORD POLICY ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;
-- masking policies on the tags for personal data
GRANT APPLY MASKING POLICY ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;

-- Only for a stack with `session_policy: true`, which needs plugin 2.x:
-- GRANT APPLY SESSION POLICY ON ACCOUNT TO ROLE ECOMMERCE_DEPLOYER;

-- Its warehouse
-- Reading which policies are attached is a query on INFORMATION_SCHEMA and needs a warehouse.

CREATE RESOURCE MONITOR IF NOT EXISTS ECOMMERCE_DEPLOYER_RM WITH
    CREDIT_QUOTA = 10
    FREQUENCY = MONTHLY
    START_TIMESTAMP = 'IMMEDIATELY'
    TRIGGERS ON 75 PERCENT DO NOTIFY
             ON 90 PERCENT DO NOTIFY
             ON 100 PERCENT DO SUSPEND;

CREATE WAREHOUSE IF NOT EXISTS ECOMMERCE_DEPLOYER_WH
    WAREHOUSE_SIZE = 'XSMALL'
    AUTO_SUSPEND = 60
    AUTO_RESUME = TRUE
    INITIALLY_SUSPENDED = TRUE
    RESOURCE_MONITOR = ECOMMERCE_DEPLOYER_RM
    ENABLE_QUERY_ACCELERATION = FALSE
    STATEMENT_TIMEOUT_IN_SECONDS = 900
    STATEMENT_QUEUED_TIMEOUT_IN_SECONDS = 600
    COMMENT = 'Deployments and migrations';

GRANT USAGE ON WAREHOUSE ECOMMERCE_DEPLOYER_WH TO ROLE ECOMMERCE_DEPLOYER;

-- From where, and how
-- The list is in the policy itself and not in a network rule: a rule has no IF NOT EXISTS, and one that is in use
-- cannot be made anew, so this file could not run twice.

CREATE NETWORK POLICY IF NOT EXISTS ECOMMERCE_DEPLOYER_NETWORK
    ALLOWED_IP_LIST = ({{ deployer_cidrs }})
    COMMENT = 'Where deployments run';

ALTER NETWORK POLICY ECOMMERCE_DEPLOYER_NETWORK SET ALLOWED_IP_LIST = ({{ deployer_cidrs }});

CREATE DATABASE IF NOT EXISTS ECOMMERCE_BOOTSTRAP
    DATA_RETENTION_TIME_IN_DAYS = 1
    COMMENT = 'Policies of the deployment users; owned by ACCOUNTADMIN, unknown to Pulumi';

DROP SCHEMA IF EXISTS ECOMMERCE_BOOTSTRAP.PUBLIC;

CREATE SCHEMA IF NOT EXISTS ECOMMERCE_BOOTSTRAP.POLICIES WITH MANAGED ACCESS
    COMMENT = 'Policies of the deployment users';

CREATE AUTHENTICATION POLICY IF NOT EXISTS ECOMMERCE_BOOTSTRAP.POLICIES.DEPLOYER_AUTHENTICATION
    AUTHENTICATION_METHODS = ('KEYPAIR')
    COMMENT = 'Deployments log in by key pair';

-- The deployment user

CREATE USER IF NOT EXISTS SVC_ECOMMERCE_DEPLOYER
    TYPE = SERVICE
    RSA_PUBLIC_KEY = '{{ deployer_public_key }}'
    DEFAULT_ROLE = ECOMMERCE_DEPLOYER
    DEFAULT_WAREHOUSE = ECOMMERCE_DEPLOYER_WH
    DEFAULT_SECONDARY_ROLES = ()
    NETWORK_POLICY = ECOMMERCE_DEPLOYER_NETWORK
    COMMENT = 'Runs pulumi';

ALTER USER SVC_ECOMMERCE_DEPLOYER SET RSA_PUBLIC_KEY = '{{ deployer_public_key }}';

ALTER USER SVC_ECOMMERCE_DEPLOYER
    SET AUTHENTICATION POLICY ECOMMERCE_BOOTSTRAP.POLICIES.DEPLOYER_AUTHENTICATION FORCE;

GRANT ROLE ECOMMERCE_DEPLOYER TO USER SVC_ECOMMERCE_DEPLOYER;

-- The monitor administrator
-- Snowflake lets ACCOUNTADMIN alone create a resource monitor, assign it to a warehouse or the account, and set account
-- parameters. This user exists for that and for the break-glass people, whom nobody below them may own; Pulumi uses it
-- for nothing else. It is the single named exception to the rule that no service user has an administrator's role.

CREATE USER IF NOT EXISTS SVC_ECOMMERCE_MONITOR_ADMIN
    TYPE = SERVICE
    RSA_PUBLIC_KEY = '{{ monitor_admin_public_key }}'
    DEFAULT_WAREHOUSE = ECOMMERCE_DEPLOYER_WH
    DEFAULT_SECONDARY_ROLES = ()
    NETWORK_POLICY = ECOMMERCE_DEPLOYER_NETWORK
    COMMENT = 'Creates monitors and warehouses';

ALTER USER SVC_ECOMMERCE_MONITOR_ADMIN SET RSA_PUBLIC_KEY = '{{ monitor_admin_public_key }}';

ALTER USER SVC_ECOMMERCE_MONITOR_ADMIN
    SET AUTHENTICATION POLICY ECOMMERCE_BOOTSTRAP.POLICIES.DEPLOYER_AUTHENTICATION FORCE;

GRANT ROLE ACCOUNTADMIN TO USER SVC_ECOMMERCE_MONITOR_ADMIN;
