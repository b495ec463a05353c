{{ config(materialized='table') }}
select customer, amount::number(38,2) as amount from {{ ref('customers') }}
