{{ config(materialized='incremental', unique_key='order_id', on_schema_change='append_new_columns') }}
select order_id, customer, amount, ordered_on
from {{ ref('stg_orders') }}
{% if is_incremental() %}
where ordered_on >= (select coalesce(max(ordered_on), '1900-01-01'::date) from {{ this }})
{% endif %}
